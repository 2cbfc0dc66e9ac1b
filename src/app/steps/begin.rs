//! A draft's beginning: new, taken up again, thrown away, or with the lines of a link.

use super::{Turn, changed, draft_waiting, go, keep_soon, lifetime, order, payment, products, refresh};
use crate::app::Effect;
use crate::app::draft::{AddressChoice, Channel, Defaults, Draft, LineDraft};
use crate::app::model::{Model, Now, QrWish, Screen, Shop, Tone, Wizard};
use crate::app::msg::Timer;
use crate::app::say::Say;
use crate::domain::link::{Link, LinkId, LinkState};
use crate::domain::money::Money;
use crate::domain::sale::{AddressPlan, Delivery};

/// A draft with nothing typed: what the config and the last sale say.
fn fresh(shop: &Shop, model: &Model, id: LinkId) -> Draft {
    let defaults = &model.defaults;
    let (expiry, expiry_text) = lifetime::as_chosen(&shop.default_expiry);
    let line = products::blank(model);
    Draft {
        id: Some(id),
        usual_vat: line.vat.clone(),
        lines: vec![line],
        expiry,
        expiry_text,
        address: defaults.address,
        auto_capture: shop.default_auto_capture,
        channel: defaults.channel,
        ..Draft::default()
    }
}

/// What becomes of the draft that was there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// It became a link: its id and its reference are used up.
    Sold,
    /// It was never more than a draft.
    NotSold,
}

/// A new wizard that keeps what is not the draft's: the profile, and a reference that was proposed
/// and not used, so that looking at the steps uses up no numbers. What was typed before is forgotten in the
/// ledger, too.
pub(super) fn renew(t: &mut Turn<'_>, before: Before) {
    let Some(shop) = &t.model.shop else { return };
    let not_sold = before == Before::NotSold;
    let wizard = &t.model.wizard;
    // With nothing typed it is still the same draft: it leaves nothing behind.
    let same =
        wizard.draft.id.filter(|_| not_sold && !wizard.draft.has_content() && wizard.pending.is_none());
    let mut draft = fresh(shop, t.model, same.unwrap_or(t.now.fresh));
    let old = std::mem::take(&mut t.model.wizard);
    t.out.extend(old.draft.id.filter(|_| same.is_none()).map(Effect::ForgetDraft));
    // A number that was proposed, and that the sale doesn't have, is the next one's.
    let spare = old.spare.filter(|(_, spare)| not_sold || *spare != old.draft.reference.trim());
    if not_sold && !old.draft.reference_typed {
        draft.reference = old.draft.reference;
    }
    let (profile, proposing) = (old.profile, old.proposing);
    t.model.wizard = Wizard { draft, profile, proposing, spare, ..Wizard::default() };
    payment::offer(t.model);
    t.ask(Effect::Unwake(Timer::KeepDraft));
}

/// `n`: a new link, or on with the draft that waits.
pub(in crate::app) fn begin(t: &mut Turn<'_>) {
    if t.model.shop.is_none() || refused(t) {
        return;
    }
    if t.model.wizard.draft.has_content() {
        resume(t);
    } else {
        renew(t, Before::NotSold);
        match t.model.doubtful.as_ref().and_then(|d| d.id) {
            // A draft of last time still waits for the ledger's word: asked again, it takes this one's place.
            Some(waiting) => t.ask(Effect::LoadLink(waiting)),
            None => look_for_draft(t),
        }
    }
    show(t, Screen::Payment);
}

/// Where nothing can be kept nothing is typed: it would be lost, and can't be sold.
pub(in crate::app) fn refused(t: &mut Turn<'_>) -> bool {
    let Some(why) = t.model.dashboard.unwritable.clone() else { return false };
    t.say(Tone::Error, Say::Ledger(why));
    true
}

/// An earlier draft is gone on with: it may be another customer's. That is said until something of it is changed.
fn resume(t: &mut Turn<'_>) {
    t.model.wizard.resumed = true;
    t.say(Tone::Info, resumed(&t.model.wizard.draft));
}

/// Says again that an earlier draft is gone on with, if nothing else is said and nothing of it was changed.
pub(in crate::app) fn still_resumed(t: &mut Turn<'_>) {
    let on_step = t.model.step().is_some_and(|at| at > 0) && t.model.overlay.is_none();
    if on_step && t.model.wizard.resumed && t.model.toast.is_none() {
        t.say(Tone::Info, resumed(&t.model.wizard.draft));
    }
}

/// What is said of a draft that is gone on with.
fn resumed(draft: &Draft) -> Say {
    if draft.waited {
        Say::TakenBack { reference: draft.reference.trim().to_owned() }
    } else {
        Say::DraftResumed
    }
}

/// Perhaps another window has ended meanwhile and left a draft behind.
fn look_for_draft(t: &mut Turn<'_>) {
    if !std::mem::replace(&mut t.model.looking_for_draft, true) {
        let own = t.model.wizard.draft.id.into_iter().collect();
        t.ask(Effect::LookForDraft(own));
    }
}

fn show(t: &mut Turn<'_>, step: Screen) {
    if t.model.wizard.profile.is_none() {
        t.ask(Effect::LoadProfile);
    }
    payment::offer(t.model);
    order::propose(t);
    go(t, step);
}

/// Throws the draft away and starts over.
pub(in crate::app) fn clear(t: &mut Turn<'_>) {
    renew(t, Before::NotSold);
    t.model.dashboard.draft_waiting = draft_waiting(t.model);
    t.say(Tone::Info, Say::DraftCleared);
    show(t, Screen::Payment);
}

/// Sells the lines of `link` again: everything as it was but the reference, ready to be sent. The
/// customer is the same one only if the link came to nothing; else it is the next in the queue.
pub(in crate::app) fn again(t: &mut Turn<'_>, link: &Link) {
    renew(t, Before::NotSold);
    let same_customer = link.state.ended_unpaid() || link.state == LinkState::Refunded;
    let mark = t.model.decimal_mark;
    let draft = &mut t.model.wizard.draft;
    fill(draft, link, same_customer, mark);
    (draft.expiry, draft.expiry_text) = lifetime::of_again(link, t.now);
    keep_soon(t);
    show(t, Screen::Delivery);
}

/// Puts into `draft` what was sold with `link`; to the `same_customer`, or to the next one.
fn fill(draft: &mut Draft, link: &Link, same_customer: bool, mark: char) {
    let sale = &link.sale;
    draft.again = Some(link.id);
    draft.lines = sale
        .lines
        .iter()
        .map(|l| LineDraft {
            description: l.description.clone(),
            quantity: products::filled_in(l.quantity.value(), mark),
            price: price(l.unit_price, mark),
            vat: products::filled_in(l.vat.percent(), mark),
        })
        .collect();
    draft.auto_capture = sale.auto_capture;
    if !sale.methods.whole_profile {
        draft.methods = sale.methods.methods.iter().map(|m| m.as_str().to_owned()).collect();
        draft.methods_chosen = true;
    }
    draft.address = match sale.address {
        AddressPlan::Express => AddressChoice::Express,
        AddressPlan::Known(_) if same_customer => AddressChoice::Known,
        AddressPlan::Known(_) | AddressPlan::None => AddressChoice::None,
    };
    draft.channel = match sale.delivery {
        Delivery::Sms(_) => Channel::Sms,
        Delivery::Email(_) => Channel::Email,
        Delivery::Link => Channel::Link,
    };
    if same_customer {
        match &sale.delivery {
            Delivery::Sms(phone) => phone.e164().clone_into(&mut draft.phone),
            Delivery::Email(email) => email.as_str().clone_into(&mut draft.email),
            Delivery::Link => {}
        }
        if let AddressPlan::Known(address) = &sale.address {
            draft.name = address.full_name();
            draft.street.clone_from(&address.address_line);
            draft.postal_code.clone_from(&address.postal_code);
            draft.place.clone_from(&address.postal_place);
            draft.country.clone_from(&address.country);
        }
    }
}

/// The draft in which a link that waits is to be changed: everything as it was, the customer and the reference too, ready
/// to be changed and sent. Until that link is out of the outbox it only stands in for it.
pub(in crate::app) fn of_queued(model: &Model, now: &Now, link: &Link) -> Option<Draft> {
    let mut draft = fresh(model.shop.as_ref()?, model, now.fresh);
    fill(&mut draft, link, true, model.decimal_mark);
    link.sale.reference.as_str().clone_into(&mut draft.reference);
    draft.reference_typed = true;
    draft.waited = true;
    draft.in_place_of = Some(link.id);
    (draft.expiry, draft.expiry_text) = lifetime::of_changed(link, now);
    Some(draft)
}

/// Goes on with a sale that was taken out of the outbox.
pub(in crate::app) fn change(t: &mut Turn<'_>, draft: Draft) {
    renew(t, Before::NotSold);
    let reference = draft.reference.clone();
    let empty = std::mem::replace(&mut t.model.wizard.draft, draft);
    t.out.extend(empty.id.map(Effect::ForgetDraft));
    payment::offer(t.model);
    show(t, Screen::Delivery);
    // Nobody sends it now: from now on only the draft has it.
    changed(t);
    t.say(Tone::Info, Say::TakenBack { reference });
}

/// A price as a seller would type it: `45`, `49,90`.
fn price(money: Money, mark: char) -> String {
    if money.minor() % 100 == 0 {
        return (money.minor() / 100).to_string();
    }
    products::filled_in(money.to_decimal(), mark)
}

/// What was remembered from last time.
pub(in crate::app) fn remembered(
    t: &mut Turn<'_>,
    draft: Option<Box<Draft>>,
    qr: QrWish,
    defaults: Defaults,
) {
    t.model.qr = qr;
    t.model.defaults = defaults;
    found_draft(t, draft);
}

/// The ledger's answer to who looked for a draft that nobody is at.
pub(in crate::app) fn found_draft(t: &mut Turn<'_>, draft: Option<Box<Draft>>) {
    t.model.looking_for_draft = false;
    // The ledger may answer late: what was kept since it was asked is the draft that is being typed.
    let own = t.model.wizard.draft.id;
    let draft = draft.filter(|draft| draft.id.is_none() || draft.id != own);
    match draft {
        // It may be sold already: the program may have ended before it was forgotten.
        Some(draft) if draft.has_content() && draft.id.is_some() => {
            t.out.extend(draft.id.map(Effect::LoadLink));
            t.model.doubtful = Some(draft);
        }
        Some(draft) => take_up(t, *draft),
        None => {}
    }
    t.model.dashboard.draft_waiting = draft_waiting(t.model);
}

/// Takes up a draft of last time, unless something was typed already.
pub(super) fn take_up(t: &mut Turn<'_>, draft: Draft) {
    let wizard = &mut t.model.wizard;
    if wizard.draft.has_content() || wizard.submitting {
        return;
    }
    let begun = t.model.step().is_some_and(|at| at > 0);
    let usual = products::blank(t.model);
    let wizard = &mut t.model.wizard;
    let empty = std::mem::replace(&mut wizard.draft, draft);
    let id = *wizard.draft.id.get_or_insert(t.now.fresh);
    products::start_anew(&mut wizard.draft, &usual);
    t.out.extend(empty.id.filter(|empty| *empty != id).map(Effect::ForgetDraft));
    payment::offer(t.model);
    if begun {
        // The seller was quicker than the ledger: the steps show what was found.
        t.model.wizard.focus = None;
        resume(t);
        show(t, Screen::Payment);
    }
    refresh(t);
    t.model.dashboard.draft_waiting = draft_waiting(t.model);
}
