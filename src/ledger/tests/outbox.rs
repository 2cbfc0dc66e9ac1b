//! The outbox and its claims.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::SqliteLedger;
use super::{ACCOUNT, at, sample, sent, with};
use crate::domain::link::{EventKind, Link, LinkState};
use crate::domain::money::{Currency, Money};
use crate::ports::{
    Clock, Counted, Ledger, LedgerError, Made, MoneyOrder, MoneySent, OutboxEntry, OutboxKind, Overdue,
};

const LEASE: Duration = Duration::from_secs(60);

fn queued(n: i64) -> SqliteLedger {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    ledger.insert(&sample(n), false).unwrap();
    ledger
}

fn claim(ledger: &SqliteLedger, n: i64, now: i64) -> Option<OutboxEntry> {
    ledger.claim(sample(n).id, OutboxKind::Create, at(now), LEASE).unwrap()
}

#[test]
fn a_claim_is_given_once_and_marks_the_link() {
    let ledger = queued(1);
    let entry = claim(&ledger, 1, 10).unwrap();
    let fresh = OutboxEntry {
        link: sample(1).id,
        kind: OutboxKind::Create,
        attempts: 1,
        next_at: at(1),
        since: at(1),
        last_error: None,
        in_flight: false,
        needs_decision: false,
        overdue: None,
        order: None,
        first_sent: None,
        lost: Vec::new(),
        handed_out: false,
        made: Made::default(),
    };
    assert_eq!(entry, fresh, "as it was before, with the attempt counted");
    let link = ledger.link(sample(1).id).unwrap().unwrap();
    assert_eq!((link.state, link.changed_at), (LinkState::Creating, at(10)));
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), [OutboxEntry { in_flight: true, ..fresh }]);
    assert_eq!(claim(&ledger, 1, 10), None, "we have it already");
    assert_eq!(claim(&ledger, 1, 69), None);
    assert_eq!(claim(&ledger, 2, 10), None, "there's none");
    assert_eq!(ledger.claim(sample(1).id, OutboxKind::Cancel, at(10), LEASE).unwrap(), None);
}

#[test]
fn a_dead_claim_comes_back_in_flight() {
    let ledger = queued(1);
    claim(&ledger, 1, 10).unwrap();
    let again = claim(&ledger, 1, 70).unwrap();
    assert_eq!((again.attempts, again.in_flight), (2, true));
    assert_eq!(claim(&ledger, 1, 129), None, "the lease runs from the new claim");
}

#[test]
fn a_clock_set_back_costs_one_lease_and_no_more() {
    let ledger = queued(1);
    claim(&ledger, 1, 100_000).unwrap();
    assert_eq!(claim(&ledger, 1, 10), None);
    assert_eq!(claim(&ledger, 1, 69), None);
    assert!(claim(&ledger, 1, 70).unwrap().in_flight);
}

#[test]
fn settling_closes_the_entry_and_keeps_the_link() {
    let ledger = queued(1);
    let entry = claim(&ledger, 1, 10).unwrap();
    let made = sent(1, LinkState::Open);
    assert!(ledger.settle_entry(&made, &entry, None).unwrap());
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), []);
    assert_eq!(ledger.link(made.id).unwrap(), Some(made));
    assert_eq!(claim(&ledger, 1, 1_000), None);
}

#[test]
fn releasing_gives_it_back() {
    let ledger = queued(1);
    let mut entry = claim(&ledger, 1, 10).unwrap();
    entry.next_at = at(30);
    entry.last_error = Some("no connection".into());
    ledger.release_entry(&sample(1), &entry).unwrap();
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), [entry.clone()]);
    assert_eq!(ledger.link(sample(1).id).unwrap().unwrap().state, LinkState::Queued);

    let mut entry = claim(&ledger, 1, 11).unwrap();
    assert_eq!((entry.attempts, entry.in_flight), (2, false));
    entry.in_flight = true;
    entry.needs_decision = true;
    let mut link = sample(1);
    link.state = LinkState::Uncertain;
    ledger.release_entry(&link, &entry).unwrap();
    assert_eq!(ledger.link(link.id).unwrap().unwrap().state, LinkState::Uncertain);
    assert_eq!(claim(&ledger, 1, 1_000), None, "waits for the seller");

    entry.needs_decision = false;
    ledger.enqueue(&entry).unwrap();
    let entry = claim(&ledger, 1, 1_000).unwrap();
    assert_eq!((entry.attempts, entry.in_flight), (3, true));
}

#[test]
fn a_late_release_does_not_take_the_claim_from_its_new_owner() {
    let ledger = queued(1);
    let late = claim(&ledger, 1, 10).unwrap();
    let now = claim(&ledger, 1, 100).unwrap();
    assert!(!ledger.release_entry(&sample(1), &late).unwrap());
    assert_eq!(claim(&ledger, 1, 101), None, "still claimed");
    assert_eq!(ledger.link(sample(1).id).unwrap().unwrap().state, LinkState::Creating);
    assert!(ledger.settle_entry(&sent(1, LinkState::Open), &now, None).unwrap());
    assert!(!ledger.release_entry(&sample(1), &now).unwrap());
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), []);
    assert_eq!(ledger.link(sample(1).id).unwrap().unwrap().state, LinkState::Open);
}

#[test]
fn a_late_release_erases_no_question_of_who_had_the_claim_after() {
    let ledger = queued(1);
    let late = claim(&ledger, 1, 10).unwrap();
    let asks = OutboxEntry { needs_decision: true, in_flight: true, ..claim(&ledger, 1, 100).unwrap() };
    let mut link = sample(1);
    link.state = LinkState::Uncertain;
    ledger.release_entry(&link, &asks).unwrap();
    ledger.release_entry(&sample(1), &late).unwrap();
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), [asks]);
    assert_eq!(ledger.link(link.id).unwrap().unwrap().state, LinkState::Uncertain);
    assert_eq!(claim(&ledger, 1, 1_000), None, "nothing goes without the seller's word");
}

/// What a process says that slept with its claim: refused, doubtful, not done. Whoever has it by now is still at it, or
/// has given it back.
#[test]
fn a_late_end_or_doubt_changes_nothing_of_what_is_somebody_elses() {
    for given_back in [false, true] {
        let ledger = queued(1);
        let late = claim(&ledger, 1, 10).unwrap();
        let theirs = claim(&ledger, 1, 100).unwrap();
        if given_back {
            let asks = OutboxEntry { needs_decision: true, in_flight: true, ..theirs };
            let mut link = sample(1);
            link.state = LinkState::Uncertain;
            assert!(ledger.release_entry(&link, &asks).unwrap());
        }
        let before = (ledger.outbox(ACCOUNT).unwrap(), ledger.link(sample(1).id).unwrap());
        let mut link = sample(1);
        link.state = LinkState::Refused;
        assert!(!ledger.settle_entry(&link, &late, None).unwrap());
        link.state = LinkState::Uncertain;
        link.record_once(at(101), EventKind::Uncertain, None);
        assert!(!ledger.note_doubt(&link, &late).unwrap());
        let mut noted = false;
        assert!(!ledger.settle_undone(&late, None, &mut |_| noted = true).unwrap() && !noted);
        assert_eq!((ledger.outbox(ACCOUNT).unwrap(), ledger.link(sample(1).id).unwrap()), before);
    }
    // The one who has it may say all of that.
    let ledger = queued(1);
    let ours = claim(&ledger, 1, 10).unwrap();
    let mut link = sample(1);
    link.state = LinkState::Uncertain;
    assert!(ledger.note_doubt(&link, &ours).unwrap());
    assert_eq!(ledger.link(link.id).unwrap().unwrap().state, LinkState::Uncertain);
    link.state = LinkState::Refused;
    assert!(ledger.settle_entry(&link, &ours, None).unwrap());
    assert!(!ledger.note_doubt(&link, &ours).unwrap(), "it is closed");
    assert_eq!(ledger.link(link.id).unwrap().unwrap().state, LinkState::Refused);
}

#[test]
fn what_is_lost_while_one_looks_is_kept_and_looked_for_soon() {
    let ledger = with(&[sent(1, LinkState::Open)]);
    let id = sample(1).id;
    let lost = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let look = |now| OutboxEntry { lost: lost(&["T1.a"]), ..OutboxEntry::new(id, OutboxKind::Look, at(now)) };
    ledger.enqueue(&look(1)).unwrap();
    let claimed = ledger.claim(id, OutboxKind::Look, at(10), LEASE).unwrap().unwrap();
    assert_eq!(claimed.lost, lost(&["T1.a"]));
    // Nobody has asked for anything: it is given back as its holder says.
    let later = OutboxEntry { next_at: at(5_000), since: at(12), ..claimed };
    assert!(ledger.release_entry(&sample(1), &later).unwrap());
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), [OutboxEntry { in_flight: false, ..later.clone() }]);
    let claimed = ledger.claim(id, OutboxKind::Look, at(5_000), LEASE).unwrap().unwrap();
    ledger
        .enqueue(&OutboxEntry { lost: lost(&["T1.a", "T1.b"]), next_at: at(5_020), ..look(5_010) })
        .unwrap();
    assert_eq!(ledger.claim(id, OutboxKind::Look, at(5_011), LEASE).unwrap(), None, "it is still theirs");
    let later = OutboxEntry { next_at: at(9_000), since: at(5_012), ..claimed };
    assert!(ledger.release_entry(&sample(1), &later).unwrap());
    let kept = ledger.outbox(ACCOUNT).unwrap().remove(0);
    assert_eq!((kept.next_at, kept.lost), (at(5_020), lost(&["T1.a", "T1.b"])));
}

#[test]
fn that_the_backend_has_a_link_is_true_whoever_learns_of_it() {
    let made = sent(1, LinkState::Open);
    let other = || Link { session_id: Some("T12345678.other".to_owned()), ..made.clone() };
    let ended = |state| {
        let ledger = queued(1);
        let entry = claim(&ledger, 1, 10).unwrap();
        assert!(ledger.settle_entry(&Link { state, ..sample(1) }, &entry, None).unwrap());
        ledger
    };
    // Somebody else is at it, or has given it back with a question.
    for given_back in [false, true] {
        let ledger = queued(1);
        claim(&ledger, 1, 10).unwrap();
        let theirs = claim(&ledger, 1, 100).unwrap();
        if given_back {
            let asks = OutboxEntry { needs_decision: true, ..theirs.clone() };
            ledger.release_entry(&sample(1), &asks).unwrap();
        }
        assert!(ledger.settle_made(&made).unwrap());
        assert_eq!(
            (ledger.outbox(ACCOUNT).unwrap(), ledger.link(made.id).unwrap()),
            (vec![], Some(made.clone()))
        );
        assert!(!ledger.note_sending(&theirs).unwrap(), "nothing more is sent");
        // Heard once more: what is known of it by now stays. Another one is one too many.
        let mut paid = made.clone();
        paid.state = LinkState::Captured;
        ledger.update(&paid).unwrap();
        assert!(ledger.settle_made(&made).unwrap());
        assert!(!ledger.settle_made(&other()).unwrap());
        assert_eq!(ledger.link(made.id).unwrap(), Some(paid));
    }
    for state in [LinkState::Refused, LinkState::Cancelled] {
        let ledger = ended(state);
        assert!(!ledger.settle_made(&made).unwrap(), "{state}");
        assert_eq!(ledger.link(made.id).unwrap().unwrap().session_id, None);
    }
    let unknown = sent(9, LinkState::Open);
    assert!(queued(1).settle_made(&unknown).is_err());
}

#[test]
fn a_session_that_is_not_to_stay_is_kept_with_the_word_to_withdraw_it() {
    let refused = Link { session_id: Some("T1.lost".to_owned()), state: LinkState::Refused, ..sample(1) };
    for said in [false, true] {
        let ledger = queued(1);
        let late = claim(&ledger, 1, 10).unwrap();
        let entry = claim(&ledger, 1, 100).unwrap();
        let word = OutboxEntry::new(sample(1).id, OutboxKind::Cancel, at(105));
        if said {
            ledger.enqueue(&OutboxEntry { in_flight: true, ..word.clone() }).unwrap();
        }
        assert!(
            !ledger.settle_to_withdraw(&refused, &late, at(110)).unwrap(),
            "it is somebody else's by now"
        );
        assert_eq!(
            ledger.outbox(ACCOUNT).unwrap().iter().filter(|e| e.kind == OutboxKind::Create).count(),
            1
        );
        assert!(ledger.settle_to_withdraw(&refused, &entry, at(110)).unwrap());
        let waits = ledger.outbox(ACCOUNT).unwrap();
        let [waits] = waits.as_slice() else { panic!("{waits:?}") };
        assert_eq!((waits.kind, waits.next_at, waits.in_flight), (OutboxKind::Cancel, at(110), said));
        let link = ledger.link(sample(1).id).unwrap().unwrap();
        assert_eq!((link.state, link.session_id), (LinkState::Refused, refused.session_id.clone()));
    }
}

#[test]
fn only_who_has_the_claim_may_send_and_the_first_time_is_kept() {
    let ledger = queued(1);
    let first = OutboxEntry { first_sent: Some(at(11)), ..claim(&ledger, 1, 10).unwrap() };
    assert!(ledger.note_sending(&first).unwrap());
    let second = claim(&ledger, 1, 100).unwrap();
    assert_eq!(second.first_sent, Some(at(11)));
    assert!(!ledger.note_sending(&first).unwrap(), "it is somebody else's by now");
    assert!(ledger.note_sending(&OutboxEntry { first_sent: Some(at(101)), ..second.clone() }).unwrap());
    let kept = || ledger.outbox(ACCOUNT).unwrap().remove(0).first_sent;
    ledger.release_entry(&sample(1), &OutboxEntry { first_sent: None, ..second.clone() }).unwrap();
    assert_eq!(kept(), Some(at(11)));
    assert!(!ledger.note_sending(&second).unwrap(), "it was given back");
    // Of two that are looked for the earlier counts, and what isn't known may have been any time.
    for (new, known) in
        [(Some(at(20)), Some(at(11))), (Some(at(5)), Some(at(5))), (None, None), (Some(at(1)), None)]
    {
        ledger.enqueue(&OutboxEntry { first_sent: new, ..second.clone() }).unwrap();
        assert_eq!(kept(), known);
    }
}

#[test]
fn a_link_at_the_backend_is_never_made_again() {
    for state in LinkState::ALL {
        let ledger = with(&[sent(1, state)]);
        let entry = OutboxEntry::new(sample(1).id, OutboxKind::Create, at(1));
        ledger.enqueue(&entry).unwrap();
        assert_eq!(claim(&ledger, 1, 5).is_some(), state.in_outbox(), "{state}");
        let cancel = OutboxEntry { kind: OutboxKind::Cancel, ..entry };
        ledger.enqueue(&cancel).unwrap();
        let claimed = ledger.claim(cancel.link, cancel.kind, at(5), LEASE).unwrap();
        assert_eq!(claimed.is_some(), !state.in_outbox(), "{state}");
    }
}

#[test]
fn what_is_asked_for_a_link_has_its_turn() {
    let ledger = with(&[sent(1, LinkState::Authorized), sent(2, LinkState::Authorized)]);
    let entry = |n, kind| OutboxEntry {
        order: Some(MoneyOrder { amount: Some(Money::new(500, Currency::Nok)), ..MoneyOrder::default() }),
        ..OutboxEntry::new(sample(n).id, kind, at(1))
    };
    let look = OutboxEntry::new(sample(1).id, OutboxKind::Look, at(1));
    let (capture, refund, other) =
        (entry(1, OutboxKind::Capture), entry(1, OutboxKind::Refund), entry(2, OutboxKind::Refund));
    for entry in [&look, &capture, &refund, &other] {
        ledger.enqueue(entry).unwrap();
    }
    assert_eq!(ledger.outbox(ACCOUNT).unwrap(), [look, capture.clone(), refund.clone(), other.clone()]);
    assert_eq!(ledger.totals(ACCOUNT, at(0)).unwrap().waiting, 3, "a look of our own is not counted");
    let claim = |e: &OutboxEntry| ledger.claim(e.link, e.kind, at(5), LEASE).unwrap();
    assert_eq!(claim(&refund), None, "the capture comes first");
    assert!(claim(&other).is_some(), "another link waits for nobody");
    let mut claimed = claim(&capture).unwrap();
    assert_eq!(claimed.order, capture.order);
    // What is about to be sent is kept with the claim, by its holder alone.
    let sent = MoneySent {
        reference: "A-C1".to_owned(),
        at: at(6),
        theirs: Some(at(7)),
        awake: Some(Counted::new("boot", Duration::from_secs(90))),
        minor: None,
        before: 0,
        seen: None,
        accepted: false,
    };
    claimed.order = Some(MoneyOrder { sent: Some(sent), ..claimed.order.unwrap() });
    assert!(ledger.note_order(&claimed).unwrap());
    assert_eq!(ledger.outbox(ACCOUNT).unwrap()[1].order, claimed.order);
    assert!(!ledger.note_order(&OutboxEntry { attempts: 7, ..claimed.clone() }).unwrap());
    assert_eq!(claim(&refund), None, "it still waits");
    assert!(ledger.settle_entry(&super::sent(1, LinkState::Captured), &claimed, None).unwrap());
    assert!(claim(&refund).is_some());
}

#[test]
fn entries_stand_in_the_order_they_came() {
    let ledger = SqliteLedger::open_in_memory().unwrap();
    for n in [3, 1, 2] {
        ledger.insert(&sample(n), false).unwrap();
    }
    let entry = ledger.outbox(ACCOUNT).unwrap().remove(0);
    ledger.enqueue(&OutboxEntry { last_error: Some("again".into()), ..entry }).unwrap();
    let order: Vec<_> = ledger.outbox(ACCOUNT).unwrap().iter().map(|e| e.link).collect();
    assert_eq!(order, [3, 1, 2].map(|n| sample(n).id));
    assert_eq!(ledger.outbox("T2").unwrap(), []);
    let unknown = OutboxEntry { link: sample(9).id, ..ledger.outbox(ACCOUNT).unwrap().remove(0) };
    assert!(ledger.enqueue(&unknown).is_err());
}

#[test]
fn replacing_an_entry_leaves_a_running_claim_alone() {
    let ledger = queued(1);
    let fresh = ledger.outbox(ACCOUNT).unwrap().remove(0);
    let entry = claim(&ledger, 1, 10).unwrap();
    ledger.enqueue(&fresh).unwrap();
    assert_eq!(claim(&ledger, 1, 11), None);
    let kept = ledger.outbox(ACCOUNT).unwrap().remove(0);
    assert_eq!((kept.attempts, kept.in_flight), (1, true));
    ledger.release_entry(&sample(1), &entry).unwrap();
    assert!(claim(&ledger, 1, 12).is_some());
}

#[test]
fn two_connections_never_both_get_a_claim() {
    let folder = tempfile::tempdir().unwrap();
    let handles: Vec<SqliteLedger> = (0..4).map(|_| SqliteLedger::open(folder.path()).unwrap()).collect();
    for n in 0..20 {
        handles[0].insert(&sample(n), false).unwrap();
    }
    let given = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for handle in handles.iter().chain(&handles) {
            let given = &given;
            scope.spawn(move || {
                for n in 0..20 {
                    if claim(handle, n, 10).is_some() {
                        given.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(given.into_inner(), 20, "every entry exactly once");
}

/// Two processes, of which one is at work; the other one's clock is set ahead by any time.
#[test]
fn a_claim_whose_owner_lives_is_not_taken_by_a_clock() {
    let folder = tempfile::tempdir().unwrap();
    let ours = SqliteLedger::open(folder.path()).unwrap();
    let theirs = SqliteLedger::open(folder.path()).unwrap();
    ours.insert(&sample(1), false).unwrap();
    assert!(claim(&ours, 1, 10).is_some());
    for ahead in [10, 100, 1_000_000] {
        assert_eq!(claim(&theirs, 1, ahead), None);
    }
    // It hangs: who has seen that for as long as the lease, counted, takes it over.
    let brief = Duration::from_millis(200);
    let again = || theirs.claim(sample(1).id, OutboxKind::Create, at(10), brief).unwrap();
    std::thread::sleep(brief);
    let taken = again().unwrap();
    assert_eq!((taken.attempts, taken.in_flight), (2, true));
    // From now on it is theirs, and the lease runs anew for us.
    assert_eq!(claim(&ours, 1, 1_000_000), None);
    drop(theirs);
    assert_eq!(claim(&ours, 1, 11).map(|e| e.attempts), Some(3), "its owner has gone");
}

#[test]
fn what_asks_is_given_up_with_a_claim_that_changes_nothing() {
    let ledger = queued(1);
    let mut entry = claim(&ledger, 1, 10).unwrap();
    entry.needs_decision = true;
    entry.overdue = Some(Overdue::Old);
    let mut link = ledger.link(entry.link).unwrap().unwrap();
    link.state = LinkState::Queued;
    ledger.release_entry(&link, &entry).unwrap();
    let to_drop = |now| ledger.claim_to_drop(entry.link, at(now), LEASE).unwrap();
    let claimed = to_drop(20).unwrap();
    assert_eq!((claimed.attempts, claimed.needs_decision, claimed.in_flight), (2, true, false));
    assert_eq!(to_drop(21), None, "somebody is at it");
    // Whoever did it has died: it asks as before.
    assert_eq!(ledger.link(entry.link).unwrap().unwrap().state, LinkState::Queued);
    let left = ledger.outbox(&link.account_id).unwrap().remove(0);
    assert!(left.needs_decision && !left.in_flight && left.overdue == Some(Overdue::Old));
    assert_eq!(claim(&ledger, 1, 1_000), None, "never sent without a word");
    assert!(to_drop(1_000).is_some());
}

#[test]
fn what_waits_for_another_account_is_counted() {
    let mut other = sample(2);
    other.account_id = "P87654321".into();
    let mut third = sample(3);
    third.account_id = "P87654321".into();
    let ledger = with(&[]);
    for link in [sample(1), other, third] {
        ledger.insert(&link, false).unwrap();
    }
    assert_eq!(ledger.waiting_elsewhere(ACCOUNT).unwrap(), [("P87654321".to_owned(), 2)]);
    assert_eq!(ledger.waiting_elsewhere("P87654321").unwrap(), [(ACCOUNT.to_owned(), 1)]);
    let look = OutboxEntry::new(sample(2).id, OutboxKind::Look, sample(2).created_at);
    ledger.enqueue(&look).unwrap();
    assert_eq!(ledger.waiting_elsewhere(ACCOUNT).unwrap()[0].1, 2, "our own care is not what waits");
}

struct Machine(i64);

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        at(self.0)
    }
    fn steady(&self) -> Option<Counted> {
        Some(Counted::new("start", Duration::from_secs(self.0.unsigned_abs())))
    }
}

/// Of a creation that moment stays; what is looked for may become more.
#[test]
fn when_something_was_lost_last_is_kept_with_a_look() {
    let ledger = with(&[sample(1)]);
    let lost = |seconds| OutboxEntry {
        made: Made::now(&Machine(seconds), None),
        ..OutboxEntry::new(sample(1).id, OutboxKind::Look, at(seconds))
    };
    let kept = || ledger.entry(sample(1).id, OutboxKind::Look).unwrap().unwrap().made;
    ledger.enqueue(&lost(5)).unwrap();
    ledger.enqueue(&lost(50)).unwrap();
    assert_eq!(kept(), lost(50).made);
    ledger.enqueue(&OutboxEntry { made: Made::default(), ..lost(60) }).unwrap();
    assert_eq!(kept(), lost(50).made);
}

#[test]
fn when_its_link_was_made_is_kept_with_a_creation() {
    let (ledger, id) = (SqliteLedger::open_in_memory().unwrap(), sample(1).id);
    let made = Made::now(&Machine(7), Some(SignedDuration::from_secs(-3)));
    ledger.insert_made(&sample(1), &made, false).unwrap();
    assert_eq!(ledger.outbox(ACCOUNT).unwrap()[0].made, made);
    // Whoever keeps it anew, or gives it back, knows nothing else.
    ledger.enqueue(&OutboxEntry::new(id, OutboxKind::Create, at(20))).unwrap();
    let entry = claim(&ledger, 1, 30).unwrap();
    assert_eq!(entry.made, made);
    ledger.release_entry(&ledger.link(id).unwrap().unwrap(), &entry).unwrap();
    assert_eq!(ledger.outbox(ACCOUNT).unwrap()[0].made, made);
}

/// A refused link waits again only where it has no session, nothing waits for it and nobody else has its reference.
#[test]
fn what_was_refused_waits_again_at_the_sellers_word() {
    let refused = |n| Link { state: LinkState::Refused, reason: Some("no".to_owned()), ..sample(n) };
    let with_session = Link { session_id: Some("T12345678.s".to_owned()), ..refused(2) };
    let ledger = with(&[refused(1), with_session, sample(3), sent(4, LinkState::Open)]);
    let asks = |n| OutboxEntry {
        needs_decision: true,
        overdue: Some(Overdue::Old),
        ..OutboxEntry::new(sample(n).id, OutboxKind::Create, at(9))
    };
    for n in [2, 3, 4] {
        assert_eq!(ledger.requeue_refused(&asks(n)), Ok(false), "{n}");
        assert_eq!(ledger.entry(sample(n).id, OutboxKind::Create).unwrap(), None);
    }
    assert_eq!(ledger.requeue_refused(&asks(1)), Ok(true));
    let link = ledger.link(sample(1).id).unwrap().unwrap();
    assert_eq!((link.state, link.reason), (LinkState::Queued, None));
    assert_eq!(ledger.entry(sample(1).id, OutboxKind::Create).unwrap(), Some(asks(1)));
    assert!(ledger.reference_used(ACCOUNT, &link.sale.reference).unwrap());
    assert_eq!(ledger.requeue_refused(&asks(1)), Ok(false), "it waits");
    // The same order was sold anew meanwhile.
    let anew = Link { sale: refused(5).sale, ..sent(6, LinkState::Open) };
    ledger.import(&[refused(5), anew]).unwrap();
    assert!(matches!(ledger.requeue_refused(&asks(5)), Err(LedgerError::ReferenceUsed(_))));
    assert_eq!(ledger.link(sample(5).id).unwrap().unwrap().state, LinkState::Refused);
}
