//! What waits for a link in two ledgers, put together.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::super::merge::{Both, Standing, compare};
use super::{at, sample, sent};
use crate::domain::link::{EventKind, Link, LinkEvent, LinkState};
use crate::ports::{MoneyOrder, MoneySent, OrderId, OutboxEntry, OutboxKind, Overdue};

fn entry(kind: OutboxKind) -> OutboxEntry {
    OutboxEntry::new(sample(1).id, kind, at(1))
}

fn id(n: u128) -> OrderId {
    OrderId(Uuid::from_u128(n))
}

fn refund(n: u128, sent: bool) -> OutboxEntry {
    let sent = sent.then(|| MoneySent {
        reference: "R".into(),
        at: at(2),
        theirs: None,
        awake: None,
        minor: None,
        before: 0,
        seen: None,
        accepted: false,
    });
    let order = MoneyOrder { id: id(n), sent, ..MoneyOrder::default() };
    OutboxEntry { order: Some(order), ..entry(OutboxKind::Refund) }
}

/// What comes of both, and whether something is left undone.
fn join(
    standing: Standing,
    state: LinkState,
    mine: &[OutboxEntry],
    theirs: &[OutboxEntry],
    orders: (&[u128], &[u128]),
) -> (Vec<OutboxEntry>, bool) {
    let (ended, taken) = orders;
    let ended: BTreeSet<_> = ended.iter().map(|n| id(*n)).collect();
    let taken: Vec<_> = taken.iter().map(|n| (OutboxKind::Refund, Some(id(*n)))).collect();
    let both = Both { standing, state, mine, theirs, ended: &ended, taken: &taken, foreign: false };
    let joined = both.join();
    (joined.entries, joined.left)
}

const NONE: (&[u128], &[u128]) = (&[], &[]);

#[test]
fn a_link_is_made_only_where_it_may_still_have_to_be() {
    let (mine, theirs) = ([entry(OutboxKind::Create)], [entry(OutboxKind::Create)]);
    for state in LinkState::ALL {
        let (waits, left) = join(Standing::Newer, state, &mine, &theirs, NONE);
        let may = matches!(state, LinkState::Queued | LinkState::Creating | LinkState::Uncertain);
        assert_eq!((waits.len(), left), (usize::from(may), false), "{state}");
        assert!(
            waits.iter().all(|e| e.in_flight && e.handed_out),
            "{state}: in both, so it may have been made"
        );
    }
    // What asked because it is late asks whether it was made, first.
    let late =
        [OutboxEntry { needs_decision: true, overdue: Some(Overdue::Old), ..entry(OutboxKind::Create) }];
    let (waits, _) = join(Standing::Same, LinkState::Queued, &late, &theirs, NONE);
    assert_eq!((waits[0].needs_decision, waits[0].overdue), (false, None));
    // The ledger in place alone has it: as it stands there.
    let (waits, _) = join(Standing::New, LinkState::Queued, &late, &[], NONE);
    assert_eq!(waits, late);
}

#[test]
fn a_word_to_withdraw_is_kept_unless_it_is_known_to_be_done_or_taken_back() {
    let cancel = [entry(OutboxKind::Cancel)];
    let state = LinkState::Open;
    let joined = |standing, mine: &[OutboxEntry], theirs: &[OutboxEntry]| {
        let (waits, left) = join(standing, state, mine, theirs, NONE);
        (waits.len(), left)
    };
    for (standing, mine, theirs) in [
        (Standing::New, (1, false), (0, false)),
        (Standing::Same, (1, false), (1, false)),
        (Standing::Newer, (1, false), (0, false)),
        (Standing::Older, (0, true), (1, false)),
    ] {
        assert_eq!(joined(standing, &cancel, &[]), mine, "{standing:?}");
        assert_eq!(joined(standing, &[], &cancel), theirs, "{standing:?}");
        assert_eq!(joined(standing, &[], &[]), (0, false));
    }
    assert_eq!(join(Standing::Older, LinkState::Cancelled, &cancel, &[], NONE), (vec![], false));
}

#[test]
fn money_is_asked_for_once_and_what_is_not_done_is_said() {
    let state = LinkState::Captured;
    let (waits, went_out) = ([refund(1, false)], [refund(1, true)]);
    let joined = |standing, mine: &[OutboxEntry], theirs: &[OutboxEntry], orders| {
        join(standing, state, mine, theirs, orders)
    };
    for standing in [Standing::New, Standing::Same, Standing::Newer] {
        assert_eq!(joined(standing, &waits, &[], NONE), (waits.to_vec(), false), "{standing:?}");
        assert_eq!(joined(standing, &waits, &[], (&[], &[1])), (vec![], true), "in both: {standing:?}");
        let another = [refund(2, true)];
        assert_eq!(joined(standing, &waits, &another, NONE), (waits.to_vec(), false), "{standing:?}");
    }
    assert_eq!(joined(Standing::Older, &waits, &[], NONE), (vec![], true));
    for standing in [Standing::New, Standing::Same, Standing::Newer, Standing::Older] {
        // What went out is looked for by itself, unless its end is known.
        for (mine, theirs) in [(&went_out[..], &[][..]), (&[], &went_out), (&went_out, &went_out)] {
            assert_eq!(joined(standing, mine, theirs, NONE), (went_out.to_vec(), false), "{standing:?}");
            assert_eq!(joined(standing, mine, theirs, (&[1], &[])), (vec![], false), "{standing:?}");
        }
        // The copy is from before it went out.
        assert_eq!(joined(standing, &went_out, &[], (&[], &[1])), (went_out.to_vec(), false));
    }
}

#[test]
fn what_was_asked_for_first_goes_first_and_all_that_is_lost_is_looked_for() {
    let look = |lost: &str, sent| OutboxEntry {
        lost: vec![lost.to_owned()],
        first_sent: Some(at(sent)),
        next_at: at(sent),
        ..entry(OutboxKind::Look)
    };
    let mine = [entry(OutboxKind::Void), entry(OutboxKind::Cancel), look("A", 9)];
    let theirs = [refund(1, true), look("B", 5), entry(OutboxKind::Create)];
    let (waits, left) = join(Standing::Newer, LinkState::Uncertain, &mine, &theirs, NONE);
    let kinds: Vec<_> = waits.iter().map(|e| e.kind).collect();
    let first =
        [OutboxKind::Create, OutboxKind::Refund, OutboxKind::Void, OutboxKind::Cancel, OutboxKind::Look];
    assert_eq!((&kinds[..], left), (&first[..], false));
    let look = waits.last().unwrap();
    assert_eq!((&look.lost[..], look.first_sent), (&["A".to_owned(), "B".to_owned()][..], Some(at(5))));
}

#[test]
fn the_longer_story_is_the_newer_one() {
    let told = |link: &Link, second| {
        let mut link = link.clone();
        link.record(LinkEvent {
            at: at(second),
            kind: EventKind::Opened,
            detail: None,
            key: Some(format!("s/{second}")),
        });
        link
    };
    let link = sent(1, LinkState::Open);
    let (one, other) = (told(&link, 20), told(&link, 30));
    // By its story, also where a clock says otherwise.
    let early = Link { changed_at: at(-100), ..one.clone() };
    assert_eq!(compare(&early, &link), (Standing::Newer, false));
    assert_eq!(compare(&link, &early), (Standing::Older, false));
    assert_eq!(compare(&link, &link), (Standing::Same, false));
    let later = Link { changed_at: at(90), ..link.clone() };
    assert_eq!(compare(&later, &link), (Standing::Newer, false));
    assert_eq!(compare(&link, &later), (Standing::Older, false));
    assert_eq!(compare(&one, &other), (Standing::Newer, true), "each knows something: the one in place");
    assert_eq!(compare(&one, &Link { changed_at: at(95), ..other }), (Standing::Older, true));
    // Its end was taken back, or it was told: what is still followed finds out.
    let over = Link { state: LinkState::Expired, changed_at: at(86_401), ..link.clone() };
    assert_eq!(compare(&link, &over), (Standing::Newer, false));
    assert_eq!(compare(&over, &link), (Standing::Older, false));
}
