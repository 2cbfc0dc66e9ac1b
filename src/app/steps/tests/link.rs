use super::super::*;
use super::{on_order, said};
use crate::app::check::FieldError;
use crate::app::draft::{Defaults, Draft};
use crate::app::model::QrWish;
use crate::app::msg::{Failed, KeepError, Msg, Reply};
use crate::app::testing::{App, id, link, shop};
use crate::domain::link::LinkState;
use crate::domain::sale::{AddressPlan, Delivery};
use crate::ports::LedgerError;

/// What another process has made of that sale, a while ago.
fn made_of(id: LinkId, sale: &crate::domain::sale::Sale) -> crate::domain::link::Link {
    let mut made = link(1, LinkState::Open);
    (made.id, made.sale) = (id, sale.clone());
    made
}

#[test]
fn a_returning_seller_needs_few_keys() {
    let mut app = App::new();
    app.keys("n");
    app.reply(Reply::Reference("KARI-1".into()));
    app.keys("Enter");
    app.text("Vaffel");
    app.keys("Enter Enter");
    app.text("45");
    app.keys("C-n Enter");
    app.text("41234567");
    let effects = app.keys("Enter");
    // n Enter … Enter Enter … Ctrl-N Enter … Enter: seven.
    let (_, sale) = App::submitted(&effects).unwrap();
    assert_eq!(sale.totals().unwrap().gross.minor(), 4500);
}

#[test]
fn the_draft_is_kept_with_the_links_id_before_the_sale_is_handed_over() {
    let mut app = App::new();
    app.go_to_last_step();
    let effects = app.keys("Enter");
    let (link, _) = App::submitted(&effects).unwrap();
    let kept = effects.iter().position(|e| matches!(e, Effect::KeepDraft(d) if d.id == Some(link)));
    let handed = effects.iter().position(|e| matches!(e, Effect::Submit(..)));
    assert!(kept.unwrap() < handed.unwrap());
    assert!(app.model.wizard.submitting);
    assert_eq!(app.keys("Enter"), [], "a second Enter makes no second link");
    assert_eq!(app.text("1"), []);
    assert_eq!(app.keys("Esc C-d"), []);
    assert_eq!(app.model.screen, Screen::Delivery);
}

#[test]
fn once_kept_the_link_shows_and_the_draft_is_forgotten() {
    let mut app = App::new();
    app.go_to_last_step();
    let effects = app.keys("Enter");
    let (link, _) = App::submitted(&effects).unwrap();
    let effects = app.reply(Reply::Kept(Ok(link)));
    assert!(effects.contains(&Effect::ForgetDraft(link)));
    assert!(effects.contains(&Effect::Unwake(Timer::KeepDraft)));
    assert_eq!(app.model.screen, Screen::Link);
    let shown = app.model.link.as_ref().unwrap();
    assert_eq!((shown.id, shown.link.as_ref().unwrap().state), (link, LinkState::Creating));
    assert!(!app.draft().has_content() && !app.model.wizard.submitting);
    assert!(!app.model.dashboard.draft_waiting);
    app.keys("Esc n");
    assert_eq!(app.draft().reference, "", "another sale, another reference");
}

#[test]
fn a_reference_on_its_way_is_waited_for() {
    let mut app = App::new();
    app.keys("n Enter");
    app.text("x");
    app.keys("Tab Tab");
    app.text("1");
    app.keys("C-n C-n");
    app.text("41234567");
    let effects = app.keys("Enter");
    assert_eq!(App::submitted(&effects), None);
    assert!(app.model.wizard.submitting);
    let effects = app.reply(Reply::Reference("KARI-9".into()));
    assert_eq!(App::submitted(&effects).unwrap().1.reference.as_str(), "KARI-9");
    assert!(app.reply(Reply::Reference("KARI-10".into())).is_empty(), "no second sale");
}

#[test]
fn a_proposed_reference_taken_meanwhile_gives_way_to_the_next() {
    let mut app = App::new();
    app.go_to_last_step();
    let (first, _) = App::submitted(&app.keys("Enter")).unwrap();
    let effects = app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    assert_eq!(effects, [Effect::LoadLink(first)], "by another link, or by this one?");
    let effects = app.reply(Reply::NoLink(first));
    assert!(effects.contains(&Effect::ProposeReference));
    assert_eq!(said(&app), Some(&Say::ReferenceTaken));
    let effects = app.reply(Reply::Reference("KARI-1122-002".into()));
    let (second, sale) = App::submitted(&effects).unwrap();
    assert_eq!(first, second, "one sale, one id");
    assert_eq!(sale.reference.as_str(), "KARI-1122-002");
    app.reply(Reply::Kept(Ok(second)));
    assert_eq!(app.model.screen, Screen::Link);
}

#[test]
fn a_typed_reference_taken_meanwhile_is_told_at_its_field() {
    let mut app = on_order();
    app.keys("C-u");
    app.text("MINE");
    app.keys("Enter");
    let (first, _) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    app.reply(Reply::NoLink(first));
    assert_eq!((app.model.screen, app.focus()), (Screen::Order, Some(FieldId::Reference)));
    assert_eq!(app.model.wizard.issue(FieldId::Reference), Some(&FieldError::ReferenceUsed));
    assert!(!app.model.wizard.submitting);
}

#[test]
fn a_try_that_only_seemed_to_fail_makes_no_second_link() {
    let mut app = App::new();
    app.go_to_last_step();
    let (first, sale) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::Ledger(LedgerError::Database("disk full".into())))));
    assert!(!app.model.wizard.submitting);
    app.pass(3600);
    let (second, _) = App::submitted(&app.keys("Enter")).unwrap();
    assert_eq!(first, second, "the same id");
    app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    let effects = app.reply(Reply::Link(Box::new(made_of(first, &sale)), Vec::new()));
    assert!(effects.contains(&Effect::ForgetDraft(first)));
    assert_eq!((app.model.screen, App::submitted(&effects)), (Screen::Link, None));
}

/// Rows of a list, a reference, a round of the tracker: none of them is the sale.
#[test]
fn other_trouble_with_the_ledger_does_not_open_a_sale_that_is_on_its_way() {
    let mut app = App::new();
    app.go_to_last_step();
    let (sold, _) = App::submitted(&app.keys("Enter")).unwrap();
    let other = id(99);
    for failed in [
        Failed::Other,
        Failed::List(1),
        Failed::Round,
        Failed::Proposal,
        Failed::Draft(sold),
        Failed::Reading(other),
        Failed::Doing(other),
    ] {
        app.reply(Reply::LedgerTrouble(failed, LedgerError::Database("locked".into())));
        assert!(app.model.wizard.submitting, "{failed:?}");
        app.keys("C-u 9");
        assert_eq!(app.draft().phone, "41234567", "{failed:?}");
    }
    app.reply(Reply::Kept(Ok(sold)));
    assert_eq!(app.model.screen, Screen::Link);

    // What the sale itself waits for is another matter: it goes back to the seller.
    let mut app = App::new();
    app.go_to_last_step();
    let (sold, _) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    app.reply(Reply::LedgerTrouble(Failed::Reading(sold), LedgerError::Database("locked".into())));
    assert!(!app.model.wizard.submitting);
    assert_eq!(App::submitted(&app.keys("Enter")).unwrap().0, sold, "under the same id");
}

/// Enter, while a reference is on its way, and none comes: the sale is the seller's again, who can ask once more.
#[test]
fn a_reference_that_could_not_be_proposed_holds_up_nothing() {
    let mut app = on_order();
    app.model.wizard.spare = None;
    app.keys("C-u");
    assert!(app.keys("C-n").contains(&Effect::ProposeReference));
    assert!(app.model.wizard.proposing);
    app.reply(Reply::LedgerTrouble(Failed::Proposal, LedgerError::Database("locked".into())));
    assert!(!app.model.wizard.proposing && !app.model.wizard.submitting);
    assert!(app.keys("C-n").contains(&Effect::ProposeReference));
}

/// Enter, while a reference is on its way, after a try that failed.
#[test]
fn a_sale_that_failed_once_still_waits_for_its_reference() {
    let mut app = on_order();
    app.keys("Enter");
    App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::Ledger(LedgerError::Database("locked".into())))));
    app.keys("Esc C-u");
    app.model.wizard.spare = None;
    assert!(app.keys("C-n").contains(&Effect::ProposeReference));
    assert_eq!(App::submitted(&app.keys("Enter")), None, "it waits");
    assert!(App::submitted(&app.reply(Reply::Reference("KARI-1122-009".into()))).is_some());
}

#[test]
fn a_draft_that_became_a_link_before_a_crash_is_not_sold_again() {
    let draft = Draft { id: Some(id(7)), phone: "41234567".into(), ..Draft::default() };
    let remembered = || Reply::Remembered {
        draft: Some(Box::new(draft.clone())),
        qr: QrWish::default(),
        defaults: Defaults::default(),
    };
    let mut app = App::bare(Some(shop()));
    assert_eq!(app.reply(remembered()), [Effect::LoadLink(id(7))]);
    assert!(
        app.reply(Reply::Link(Box::new(link(7, LinkState::Open)), Vec::new()))
            .contains(&Effect::ForgetDraft(id(7)))
    );
    assert!(!app.model.dashboard.draft_waiting && !app.draft().has_content());
    assert_eq!(app.model.screen, Screen::Dashboard);

    let mut app = App::bare(Some(shop()));
    app.reply(remembered());
    app.reply(Reply::NoLink(id(7)));
    assert!(app.model.dashboard.draft_waiting);
    assert_eq!((app.draft().phone.as_str(), app.draft().id), ("41234567", Some(id(7))));
}

#[test]
fn a_draft_sold_in_another_window_is_not_sold_again() {
    let mut first = App::new();
    first.go_to_last_step();
    let draft = Some(Box::new(first.draft().clone()));
    let mut second = App::bare(Some(shop()));
    second.reply(Reply::Remembered { draft, qr: QrWish::default(), defaults: Defaults::default() });
    second.reply(Reply::NoLink(first.draft().id.unwrap()));
    second.keys("n Enter C-n Enter");
    let (sold, sale) = App::submitted(&second.keys("Enter")).unwrap();
    // Back at the first window, where the same sale still stands.
    let effects = first.keys("Enter");
    assert_eq!(App::submitted(&effects).unwrap().0, sold);
    assert_eq!(first.reply(Reply::Kept(Err(KeepError::ReferenceUsed))), [Effect::LoadLink(sold)]);
    let effects = first.reply(Reply::Link(Box::new(made_of(sold, &sale)), Vec::new()));
    assert_eq!((first.model.screen, App::submitted(&effects)), (Screen::Link, None));
    assert!(!first.draft().has_content());
}

/// Two windows on one draft, which can be where the system doesn't tell who lives. The first one has sold it when the
/// second, for another customer and at another price, presses Enter.
#[test]
fn another_windows_link_is_never_taken_for_what_is_typed_here() {
    for (why, state) in [
        (KeepError::ReferenceUsed, LinkState::Open),
        (KeepError::LinkKept, LinkState::Open),
        (KeepError::LinkKept, LinkState::Cancelled),
    ] {
        let mut first = App::new();
        first.go_to_last_step();
        let mut second = App::bare(Some(shop()));
        let draft = Some(Box::new(first.draft().clone()));
        second.reply(Reply::Remembered { draft, qr: QrWish::default(), defaults: Defaults::default() });
        second.reply(Reply::NoLink(first.draft().id.unwrap()));
        second.keys("n Enter C-n Enter C-u");
        second.text("98765432");
        let (sold, sale) = App::submitted(&first.keys("Enter")).unwrap();
        assert_eq!(App::submitted(&second.keys("Enter")).unwrap().0, sold);
        assert_eq!(second.reply(Reply::Kept(Err(why.clone()))), [Effect::LoadLink(sold)]);
        let mut made = made_of(sold, &sale);
        made.state = state;
        let effects = second.reply(Reply::Link(Box::new(made), Vec::new()));
        assert_eq!((second.model.screen, &second.model.link), (Screen::Delivery, &None));
        assert_eq!(said(&second), Some(&Say::AnotherSale { reference: "KARI-1122-001".into() }));
        let own = second.draft().id.unwrap();
        assert_ne!(own, sold);
        assert!(effects.iter().any(|e| matches!(e, Effect::KeepDraft(d) if d.id == Some(own))));
        // On with it: another reference, if that one is taken, and the second customer's number.
        if effects.contains(&Effect::ProposeReference) {
            second.reply(Reply::Reference("KARI-1122-002".into()));
        }
        let (again, sale) = App::submitted(&second.keys("Enter")).unwrap();
        assert_eq!(again, own);
        assert!(matches!(&sale.delivery, Delivery::Sms(phone) if phone.e164() == "+4798765432"));
        let expected = if state == LinkState::Cancelled { "KARI-1122-001" } else { "KARI-1122-002" };
        assert_eq!(sale.reference.as_str(), expected);
    }
}

/// The same sale, withdrawn meanwhile: no dead end.
#[test]
fn a_draft_whose_link_was_withdrawn_can_be_sold() {
    let mut app = App::new();
    app.go_to_last_step();
    let (sold, sale) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::LinkKept)));
    let mut withdrawn = made_of(sold, &sale);
    withdrawn.state = LinkState::Cancelled;
    app.reply(Reply::Link(Box::new(withdrawn), Vec::new()));
    let (again, _) = App::submitted(&app.keys("Enter")).unwrap();
    assert_ne!(again, sold);
    app.reply(Reply::Kept(Ok(again)));
    assert_eq!(app.model.screen, Screen::Link);
}

/// A month, a week, a quarter of an hour: a time to pay is part of a sale, when it was asked for is not.
#[test]
fn another_time_to_pay_makes_another_sale() {
    let mut app = App::new();
    app.go_to_last_step();
    let (sold, sale) = App::submitted(&app.keys("Enter")).unwrap();
    app.reply(Reply::Kept(Err(KeepError::Ledger(LedgerError::Database("i/o error".into())))));
    app.send(Msg::Click(crate::app::model::Target::Step(3), 0));
    app.send(Msg::Click(crate::app::model::Target::Choice(FieldId::Expiry, 1), 0));
    app.keys("C-n");
    app.pass(60);
    assert_eq!(App::submitted(&app.keys("Enter")).unwrap().0, sold);
    app.reply(Reply::Kept(Err(KeepError::ReferenceUsed)));
    app.reply(Reply::Link(Box::new(made_of(sold, &sale)), Vec::new()));
    assert!(matches!(said(&app), Some(Say::AnotherSale { .. })));
    assert!(app.draft().has_content() && app.draft().id != Some(sold));
}

/// Somebody closes the other window, and what was typed there waits.
#[test]
fn a_draft_that_another_window_left_behind_is_offered() {
    let mut app = App::new();
    let effects = app.keys("n");
    assert!(effects.contains(&Effect::LookForDraft(vec![app.draft().id.unwrap()])));
    assert!(!app.keys("Esc n").iter().any(|e| matches!(e, Effect::LookForDraft(_))), "asked already");
    let left = Draft { id: Some(id(7)), phone: "41234567".into(), ..Draft::default() };
    assert!(app.reply(Reply::Draft(Some(Box::new(left)))).contains(&Effect::LoadLink(id(7))));
    let empty = app.draft().id.unwrap();
    assert!(app.reply(Reply::NoLink(id(7))).contains(&Effect::ForgetDraft(empty)));
    assert_eq!((app.draft().id, app.draft().phone.as_str()), (Some(id(7)), "41234567"));
    assert_eq!(said(&app), Some(&Say::DraftResumed));

    // A ledger that could not say is asked again.
    let mut app = App::new();
    app.keys("n Esc");
    app.reply(Reply::LedgerTrouble(Failed::Drafts, LedgerError::Database("locked".into())));
    assert!(app.keys("n").iter().any(|e| matches!(e, Effect::LookForDraft(_))));
}

#[test]
fn a_mistake_on_an_earlier_step_is_gone_to() {
    let mut app = App::new();
    app.go_to_last_step();
    app.model.wizard.draft.lines[0].price = "0".into();
    let effects = app.keys("Enter");
    assert_eq!(App::submitted(&effects), None);
    assert_eq!((app.model.screen, app.focus()), (Screen::Products, Some(FieldId::Price(0))));
}

#[test]
fn every_choice_reaches_the_sale() {
    let mut app = App::new();
    app.keys("n");
    app.reply(Reply::Reference("KARI-1".into()));
    app.keys("Enter");
    app.paste("Laks;1,5;249,90;15\nBrød;2;45;15");
    app.keys("C-n Tab 2 Tab 3");
    for text in ["Kari Nordmann", "Storgata 1", "0155", "Oslo"] {
        app.text(text);
        app.keys("Tab");
    }
    app.keys("Tab Space Enter");
    assert_eq!(app.model.screen, Screen::Delivery);
    app.keys("Right");
    app.text("kari@example.com");
    let (_, sale) = App::submitted(&app.keys("Enter")).unwrap();
    assert_eq!(sale.lines.len(), 2);
    assert_eq!(sale.lines[0].amount().minor(), 37_485);
    assert_eq!(sale.lines[0].vat.hundredths(), 1500);
    assert_eq!(sale.expires_at.to_string(), "2026-11-29T12:41:07Z");
    assert!(matches!(&sale.address, AddressPlan::Known(a) if a.postal_code == "0155" && a.country == "NO"));
    assert!(!sale.auto_capture);
    assert!(matches!(&sale.delivery, Delivery::Email(e) if e.as_str() == "kari@example.com"));
}

#[test]
fn a_draft_of_last_time_waits_when_the_ledger_fails_and_while_another_is_typed() {
    let draft = Draft { id: Some(id(7)), phone: "41234567".into(), ..Draft::default() };
    let mut app = App::bare(Some(shop()));
    let draft = Some(Box::new(draft));
    app.reply(Reply::Remembered { draft, qr: QrWish::default(), defaults: Defaults::default() });
    app.reply(Reply::LedgerTrouble(Failed::Reading(id(7)), LedgerError::Database("locked".into())));
    assert!(app.model.dashboard.draft_waiting);
    app.go_to_last_step();
    app.reply(Reply::NoLink(id(7)));
    assert_eq!(app.lines()[0][0], "Vaffel", "what is being typed stays");
    let (sold, _) = App::submitted(&app.keys("Enter")).unwrap();
    let effects = app.reply(Reply::Kept(Ok(sold)));
    let of_drafts = |e: &&Effect| matches!(e, Effect::KeepDraft(_) | Effect::ForgetDraft(_));
    let of_drafts: Vec<&Effect> = effects.iter().filter(of_drafts).collect();
    assert_eq!(of_drafts, [&Effect::ForgetDraft(sold)], "the other one stays as it is kept");
    assert!(app.keys("n").contains(&Effect::LoadLink(id(7))));
    app.reply(Reply::NoLink(id(7)));
    assert_eq!((app.draft().id, app.draft().phone.as_str()), (Some(id(7)), "41234567"));
    assert_eq!(said(&app), Some(&Say::DraftResumed));
}

#[test]
fn the_time_to_pay_is_counted_from_the_moment_that_is_kept() {
    let mut app = App::bare(Some(shop()));
    app.go_to_last_step();
    let effects = app.keys("Enter");
    let kept = effects.iter().find_map(|e| match e {
        Effect::Submit(_, sale, asked) => Some(sale.expires_at.duration_since(*asked)),
        _ => None,
    });
    assert_eq!(kept, Some(jiff::SignedDuration::from_hours(24)));
}
