//! From the last step to the link: sent once, whatever happens on the way.
//!
//! A draft has the id of its link from its beginning, and is kept with it before its sale is handed
//! over. Whoever finds a draft asks the ledger for that link first; so neither a crash, nor a second
//! window, nor a reference that turns out to be taken makes two links of one sale (contracts, 5). And a link under
//! that id is only taken for ours if it is the same sale: another one leaves what was typed where it is.

use jiff::SignedDuration;

use super::begin::{self, Before};
use super::{Turn, draft_waiting, focus, keep_now, keep_soon, order, passes, refresh, show_focus, step_of};
use crate::app::check;
use crate::app::draft::{AddressChoice, Defaults, FieldId};
use crate::app::model::{STEPS, Screen, Tone};
use crate::app::msg::{KeepError, Timer};
use crate::app::say::Say;
use crate::app::{Effect, link_screen, news};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::domain::sale::Delivery;

/// Makes the link, if nothing is wrong on any step.
pub(super) fn submit(t: &mut Turn<'_>) {
    if t.model.wizard.submitting || t.model.shop.is_none() {
        return;
    }
    // The step on screen first: what is wrong in sight comes before what is wrong elsewhere.
    let elsewhere = STEPS.into_iter().skip(1).filter(|s| *s != Screen::Delivery);
    for step in std::iter::once(Screen::Delivery).chain(elsewhere) {
        if !passes(t, step) {
            return;
        }
    }
    t.model.wizard.submitting = true;
    order::propose(t);
    hand_over(t);
}

/// A reference has come that a sale was waiting for.
pub(super) fn go_on(t: &mut Turn<'_>) {
    if t.model.wizard.submitting && t.model.wizard.pending.is_none() {
        hand_over(t);
    }
}

fn hand_over(t: &mut Turn<'_>) {
    if t.model.wizard.proposing {
        return;
    }
    let id = *t.model.wizard.draft.id.get_or_insert(t.now.fresh);
    let Some(link) = as_it_stands(t, id) else {
        // Something has become wrong meanwhile (a time that is over): it's said where it is.
        t.model.wizard.submitting = false;
        refresh(t);
        let wrong = t.model.wizard.issues.iter().find(|i| !i.error.is_warning()).map(|i| i.field);
        if let Some(step) = wrong.and_then(step_of) {
            passes(t, step);
        }
        return;
    };
    let wizard = &mut t.model.wizard;
    wizard.unsaved = false;
    let draft = Box::new(wizard.draft.clone());
    let sale = Box::new(link.sale.clone());
    wizard.pending = Some(Box::new(link));
    t.ask(Effect::Unwake(Timer::KeepDraft));
    t.ask(Effect::KeepDraft(draft));
    let asked = t.now.at;
    // From now on what is on its way may be our own.
    t.model.tracking.flushed_at.get_or_insert(t.now.at);
    t.ask(Effect::Submit(id, sale, asked));
}

/// The link that the draft would become now, if nothing is wrong with it.
fn as_it_stands(t: &Turn<'_>, id: LinkId) -> Option<Link> {
    let (shop, wizard) = (t.model.shop.as_ref()?, &t.model.wizard);
    let verdict = check::look(wizard, shop, t.now, t.model.backend_now(t.now));
    let sale = verdict.sale(wizard.draft.auto_capture, shop.currency)?;
    Link::queued(id, shop.account_id.clone(), sale, t.now.at).ok()
}

/// No reference could be proposed: a sale that waits for one goes back to the seller. One that is handed over
/// already needs none.
pub(in crate::app) fn proposal_failed(t: &mut Turn<'_>) {
    t.model.wizard.proposing = false;
    t.model.wizard.submitting &= t.model.wizard.pending.is_some();
    refresh(t);
}

/// It could not be found out whether the sale is kept under this id: Enter tries it again under the same, and if
/// it is kept, that will be told.
pub(in crate::app) fn fate_unknown(t: &mut Turn<'_>, id: LinkId) {
    if t.model.wizard.pending.take_if(|l| l.id == id).is_some() {
        t.model.wizard.submitting = false;
        refresh(t);
    }
}

/// The sale was kept, or not.
pub(in crate::app) fn kept(t: &mut Turn<'_>, result: Result<LinkId, KeepError>) {
    let pending = t.model.wizard.pending.as_ref().map(|l| l.id);
    match result {
        Ok(id) => done(t, id),
        Err(KeepError::ReferenceUsed | KeepError::LinkKept) => {
            // By another sale, or by this very one, kept by a try that seemed to fail? The answer
            // decides: see `found_sent` and `not_sent`.
            if let Some(id) = pending {
                t.ask(Effect::LoadLink(id));
            }
        }
        Err(KeepError::Ledger(error)) => {
            // Perhaps it was kept all the same: Enter tries it again under the same id.
            t.model.wizard.pending = None;
            t.model.wizard.submitting = false;
            t.say(Tone::Error, Say::Ledger(error));
        }
    }
}

/// A link was found in the ledger: if it is what a draft became, the draft is done with.
pub(in crate::app) fn found_sent(t: &mut Turn<'_>, link: &Link) {
    let id = link.id;
    if t.model.doubtful.take_if(|d| d.id == Some(id)).is_some() {
        t.ask(Effect::ForgetDraft(id));
        t.model.dashboard.draft_waiting = draft_waiting(t.model);
    }
    if t.model.wizard.draft.id != Some(id) {
        return;
    }
    let handed_over = t.model.wizard.pending.as_deref().filter(|l| l.id == id).cloned();
    let ours = handed_over.or_else(|| as_it_stands(t, id));
    // One that was withdrawn is no answer to who wants it sent.
    if link.state != LinkState::Cancelled && ours.is_some_and(|ours| same_sale(&ours, link)) {
        done(t, id);
    } else {
        another_sale(t, link);
    }
}

/// How far apart the ends of one sale may lie that was asked for twice, beside the time between the two.
const SAME_END: SignedDuration = SignedDuration::from_mins(1);

/// Whether what we have typed is the sale that is kept. When it was asked for doesn't matter, and a time to pay that
/// is counted from there moves with it.
fn same_sale(ours: &Link, kept: &Link) -> bool {
    let mut sale = ours.sale.clone();
    sale.expires_at = kept.sale.expires_at;
    if sale.methods.whole_profile && kept.sale.methods.whole_profile {
        // What all of them are is learned later.
        sale.methods.methods.clone_from(&kept.sale.methods.methods);
    }
    let between = ours.created_at.duration_since(kept.created_at).abs();
    let moved = ours.sale.expires_at.duration_since(kept.sale.expires_at).abs();
    sale == kept.sale && moved <= between.saturating_add(SAME_END)
}

/// The draft's id belongs to a link that is not what is typed here: another window has sold an earlier state of it, or
/// sold and withdrew it. What is typed is a sale of its own from now on. The seller looks at it once more: the link
/// that is there may be for the same customer.
fn another_sale(t: &mut Turn<'_>, link: &Link) {
    let reference = link.sale.reference.as_str().to_owned();
    let wizard = &mut t.model.wizard;
    (wizard.pending, wizard.submitting) = (None, false);
    wizard.draft.id = Some(t.now.fresh);
    let taken = link.state.holds_reference() && wizard.draft.reference.trim() == reference;
    if taken && !wizard.draft.reference_typed {
        wizard.draft.reference.clear();
        wizard.spare = None;
        if wizard.focus == Some(FieldId::Reference) {
            show_focus(t, FieldId::Reference);
        }
        order::propose(t);
    }
    keep_soon(t);
    keep_now(t);
    t.ask(Effect::ForgetDraft(link.id));
    refresh(t);
    if t.model.wizard.draft.has_content() {
        t.say(Tone::Warning, Say::AnotherSale { reference });
    }
}

/// The ledger has no such link: a draft that might have become it was not sent.
pub(in crate::app) fn not_sent(t: &mut Turn<'_>, id: LinkId) {
    if t.model.doubtful.as_ref().is_some_and(|d| d.id == Some(id))
        // It waits while another sale is being typed.
        && !t.model.wizard.draft.has_content()
        && !t.model.wizard.submitting
        && let Some(draft) = t.model.doubtful.take()
    {
        begin::take_up(t, *draft);
    }
    let wizard = &mut t.model.wizard;
    let Some(link) = wizard.pending.take_if(|l| l.id == id) else { return };
    if wizard.draft.reference_typed {
        wizard.submitting = false;
        wizard.reference_used = Some(link.sale.reference.as_str().to_owned());
        passes(t, Screen::Order);
        focus(t, FieldId::Reference);
    } else {
        // The seller has not chosen the reference, so the next one is as good.
        wizard.draft.reference.clear();
        wizard.spare = None;
        t.say(Tone::Info, Say::ReferenceTaken);
        order::propose(t);
    }
}

/// The sale is kept under `id`: its draft has done its work, and the link is shown at once.
fn done(t: &mut Turn<'_>, id: LinkId) {
    if t.model.wizard.draft.id != Some(id) {
        return;
    }
    let link = t.model.wizard.pending.take_if(|l| l.id == id);
    remember(t);
    begin::renew(t, Before::Sold);
    t.model.dashboard.draft_waiting = draft_waiting(t.model);
    t.model.overlay = None;
    link_screen::open(t, id, Screen::Dashboard);
    if let Some(mut link) = link {
        if !t.model.net.is_offline() {
            link.state = LinkState::Creating;
        }
        if let Some(screen) = &mut t.model.link {
            screen.busy = true;
            screen.deliver = matches!(link.sale.delivery, Delivery::Email(_) | Delivery::Link);
        }
        news::link_changed(t, *link);
    }
    t.model.dashboard.chosen = t.model.dashboard.rows.iter().position(|r| r.id == id).unwrap_or(0);
    t.ask(Effect::LoadDashboard);
}

/// What is likely to be chosen again next time.
fn remember(t: &mut Turn<'_>) {
    let draft = &t.model.wizard.draft;
    let known = draft.address == AddressChoice::Known;
    let defaults = Defaults {
        channel: draft.channel,
        address: if known { AddressChoice::None } else { draft.address },
        country: if known { draft.country.trim().to_uppercase() } else { t.model.defaults.country.clone() },
    };
    if defaults != t.model.defaults {
        t.model.defaults = defaults.clone();
        t.ask(Effect::KeepDefaults(defaults));
    }
}
