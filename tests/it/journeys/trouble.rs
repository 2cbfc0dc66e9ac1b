//! No coverage, lost answers, power cuts: a sale is never lost and never made twice.

use paylink::domain::link::{Alarm, Link, LinkId, LinkState};
use paylink::domain::reference::Reference;
use paylink::ports::{LinkFilter, OutboxKind};
use uuid::Uuid;

use super::*;
use futures_util::FutureExt as _;

#[tokio::test(start_paused = true)]
async fn without_coverage_the_sale_waits_and_goes_out_by_itself() {
    let mut seller = Journey::open().await;
    seller.line.down.store(true, Ordering::SeqCst);
    seller.sell_by_sms().await;
    seller.pass(5).await;
    assert_eq!(seller.asked().await, []);
    assert_eq!(seller.engine.model().dashboard.outbox.len(), 1, "{}", seller.screen());
    seller.keys("Esc").await;
    seller.line.down.store(false, Ordering::SeqCst);
    seller.pass(600).await;
    let (_, body) = seller.sent().await;
    assert_eq!(body["customer"]["phone_number"], "+4741234567");
    assert_eq!(seller.messages().await.len(), 1);
    assert_eq!(seller.engine.model().dashboard.outbox, []);
}

/// So many requests of the app so far.
fn tries(seller: &Journey) -> usize {
    seller.line.tries.load(Ordering::SeqCst)
}

#[tokio::test(start_paused = true)]
async fn after_a_long_outage_all_is_sent_within_seconds_and_without_a_burst() {
    for sales in [1, 8] {
        let mut seller = Journey::open().await;
        seller.line.down.store(true, Ordering::SeqCst);
        for _ in 0..sales {
            seller.sell_by_sms().await;
            seller.keys("Esc").await;
        }
        seller.pass(29 * 60).await;
        let before = tries(&seller);
        seller.pass(60).await;
        let knocks = tries(&seller) - before;
        assert!((5..=10).contains(&knocks), "{knocks} requests in a minute without a connection");
        let waiting = |e: &&paylink::ports::OutboxEntry| e.attempts > 3;
        let tried = seller.engine.model().dashboard.outbox.iter().filter(waiting).count();
        assert!(tried <= 1, "{tried} count as tried");

        seller.line.down.store(false, Ordering::SeqCst);
        let mut most = 0;
        for _ in 0..10 {
            let before = tries(&seller);
            seller.pass(1).await;
            most = most.max(tries(&seller) - before);
        }
        assert_eq!(seller.messages().await.len(), sales, "{}", seller.screen());
        assert_eq!(seller.asked().await.len(), sales);
        assert!(most <= 12, "{most} requests in one second");
        seller.sees("online");
    }
}

#[tokio::test(start_paused = true)]
async fn offline_with_nothing_to_do_the_end_of_it_is_seen_and_nobody_there_seldom_asks() {
    let mut seller = Journey::open().await;
    // The profile that was read is told from memory for ten minutes, which is no answer.
    seller.pass(300).await;
    seller.line.down.store(true, Ordering::SeqCst);
    seller.power_cut().await;
    seller.sees("offline");
    let before = tries(&seller);
    seller.pass(60).await;
    let tried = tries(&seller) - before;
    assert!((6..=10).contains(&tried), "{tried} requests in a minute without a connection");
    seller.line.down.store(false, Ordering::SeqCst);
    seller.pass(8).await;
    seller.sees("online");

    seller.line.down.store(true, Ordering::SeqCst);
    seller.power_cut().await;
    seller.pass(700).await;
    let before = tries(&seller);
    seller.pass(3600).await;
    let tried = tries(&seller) - before;
    assert!((50..=61).contains(&tried), "{tried} requests in an hour without anybody there");
    seller.line.down.store(false, Ordering::SeqCst);
    seller.keys("Down").await;
    seller.sees("online");
}

#[tokio::test(start_paused = true)]
async fn online_is_said_of_now_and_costs_nothing_while_nobody_is_there() {
    let mut seller = Journey::open().await;
    seller.sees("online");
    let before = tries(&seller);
    seller.pass(3600).await;
    assert_eq!(tries(&seller), before);
    assert!(!seller.screen().contains("online"), "an hour ago: {}", seller.screen());
    seller.keys("Down").await;
    seller.sees("online");
    // The connection is lost with nothing under way, and a sale is filled in: it is known before it is sent.
    seller.line.down.store(true, Ordering::SeqCst);
    seller.keys("n").await;
    seller.pass(31).await;
    seller.keys("Down").await;
    seller.pass(1).await;
    seller.sees("offline");
}

#[tokio::test(start_paused = true)]
async fn send_now_sends_what_waits_for_its_time() {
    let mut seller = Journey::open().await;
    let fault = json!({ "path": "/v1/sessions-profile", "kind": "status", "status": 429, "retry_after": 600, "times": 1 });
    seller.control.post("/sandbox/faults", fault).await;
    seller.sell_by_sms().await;
    seller.pass(20).await;
    seller.keys("Esc").await;
    assert_eq!(seller.messages().await.len(), 0);
    seller.keys("s").await;
    seller.pass(1).await;
    assert_eq!(seller.messages().await.len(), 1, "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn a_sale_waiting_for_coverage_can_be_withdrawn() {
    let mut seller = Journey::open().await;
    seller.line.down.store(true, Ordering::SeqCst);
    seller.sell_by_sms().await;
    seller.pass(5).await;
    seller.keys("x y").await;
    seller.line.down.store(false, Ordering::SeqCst);
    seller.pass(3600).await;
    assert_eq!(seller.asked().await, []);
    assert_eq!(seller.engine.model().dashboard.outbox, []);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_makes_no_second_message() {
    let mut seller = Journey::open().await;
    let fault = json!({ "path": "/v1/sessions-profile", "kind": "drop_after", "times": 1 });
    seller.control.post("/sandbox/faults", fault).await;
    seller.sell_by_sms().await;
    seller.pass(600).await;
    assert_eq!(seller.asked().await.len(), 1, "{}", seller.screen());
    assert_eq!(seller.messages().await.len(), 1);
    let link = seller.engine.model().link.as_ref().unwrap().link.clone().unwrap();
    assert!(link.state.payable(), "found at the backend and taken over: {}", link.state);
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_link_that_is_given_up_holds_up_no_sale() {
    let mut seller = Journey::open().await;
    let lost = json!({ "path": "/v1/sessions-profile", "kind": "drop_after", "times": 1 });
    seller.control.post("/sandbox/faults", lost).await;
    let slow =
        json!({ "path": "/v1/sessions", "method": "GET", "kind": "delay", "ms": 600_000, "times": -1 });
    seller.control.post("/sandbox/faults", slow).await;
    seller.sell_by_sms().await;
    seller.pass(60).await;
    assert_eq!(seller.link().state, LinkState::Uncertain, "{}", seller.screen());
    let kept = |seller: &Journey| {
        seller.place.ports.ledger.count(&seller.place.shop.account_id, &LinkFilter::default()).unwrap()
    };
    assert_eq!(kept(&seller), 1);
    // The same sale again, while the backend is asked about the first: for a second each key, no longer.
    let keys = "x y a C-n C-n C-n 4 1 2 3 4 5 6 7 Enter";
    for name in keys.split(' ') {
        seller.engine.message(Msg::Key(key(name)));
        let end = tokio::time::Instant::now() + Duration::from_secs(1);
        while tokio::time::timeout_at(end, seller.engine.turn()).await.is_ok() {}
    }
    assert_eq!(kept(&seller), 2, "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn a_power_cut_in_the_middle_of_the_steps_loses_nothing() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.text("4123").await;
    seller.pass(1).await;
    seller.power_cut().await;
    assert_eq!(seller.at(), Screen::Dashboard);
    seller.keys("n Enter C-n Enter").await;
    assert_eq!(seller.at(), Screen::Delivery);
    seller.text("4567").await;
    seller.keys("Enter").await;
    let (_, body) = seller.sent().await;
    assert_eq!(body["customer"]["phone_number"], "+4741234567");
    assert_eq!(body["order"]["merchant_reference"], "KARI-1122-001", "the number is used, not wasted");
}

#[tokio::test(start_paused = true)]
async fn a_power_cut_right_after_enter_makes_one_link() {
    // However far the work got when the power went.
    for turns in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let open = || SqliteLedger::open(folder.path()).unwrap();
        let mut seller = Journey::on(open(), |shop| shop).await;
        seller.go_to_delivery().await;
        seller.text("41234567").await;
        seller.pass(1).await;
        seller.fast("Enter");
        for _ in 0..turns {
            tokio::task::yield_now().await;
            seller.engine.drain();
        }
        // Another process, for which what the first one had claimed is free.
        seller.place.ports.ledger = Arc::new(open());
        seller.power_cut().await;
        // The seller doesn't know what happened, and tries to go on.
        seller.keys("n").await;
        let again = seller.engine.model().wizard.draft.has_content();
        if again {
            seller.keys("Enter C-n Enter Enter").await;
        }
        seller.pass(600).await;
        assert_eq!(seller.asked().await.len(), 1, "after {turns} turns, again: {again}");
        assert_eq!(seller.messages().await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_faster_than_any_answer_make_one_link() {
    let mut seller = Journey::open().await;
    seller.fast("n Enter");
    seller.fast_text("Vaffel");
    seller.fast("Enter Enter");
    seller.fast_text("45");
    seller.fast("C-n Enter");
    seller.fast_text("41234567");
    seller.fast("Enter Enter Enter Enter");
    seller.engine.settle().await;
    assert_eq!(seller.at(), Screen::Link, "{}", seller.screen());
    seller.sent().await;
}

/// A mistake in the program that shows while a link is being sent: the terminal is given back by then, so nothing may
/// go on as if it had not happened.
#[tokio::test(start_paused = true)]
async fn a_panic_while_a_link_is_sent_ends_the_program() {
    let mut seller = Journey::open().await;
    seller.go_to_delivery().await;
    seller.text("41234567").await;
    seller.pass(1).await;
    seller.line.broken.store(true, Ordering::SeqCst);
    seller.fast("Enter");
    let turns = async {
        loop {
            seller.engine.turn().await;
        }
    };
    let turns = std::panic::AssertUnwindSafe(tokio::time::timeout(Duration::from_secs(5), turns));
    let panic = turns.catch_unwind().await.expect_err("the panic goes on in the loop");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
}

/// The app in two windows on one ledger, and a customer at each.
#[tokio::test(start_paused = true)]
async fn two_windows_sell_to_two_customers() {
    let folder = tempfile::tempdir().unwrap();
    let mut seller = Journey::on(SqliteLedger::open(folder.path()).unwrap(), |shop| shop).await;
    seller.go_to_delivery().await;
    seller.text("41234567").await;
    seller.pass(1).await;
    let mut place = seller.place.clone();
    place.ports.ledger = Arc::new(SqliteLedger::open(folder.path()).unwrap());
    let mut first = started(&place, &seller.clock).await;
    std::mem::swap(&mut seller.engine, &mut first);
    assert!(!seller.engine.model().dashboard.draft_waiting, "what is typed in the first window is not ours");
    seller.go_to_delivery().await;
    seller.text("98765432").await;
    seller.keys("Enter").await;
    let to = |seller: &Journey| paylink::ports::LinkRow::from(&seller.link()).to;
    assert_eq!(to(&seller), "+4798765432");
    std::mem::swap(&mut seller.engine, &mut first);
    assert_eq!(seller.engine.model().wizard.draft.phone, "41234567");
    seller.keys("Enter").await;
    assert_eq!(to(&seller), "+4741234567", "{}", seller.screen());
    seller.pass(5).await;
    assert_eq!((seller.asked().await.len(), seller.messages().await.len()), (2, 2));
}

/// The id of a draft belongs to a link that somebody has withdrawn: what is typed can be sold all the same.
#[tokio::test(start_paused = true)]
async fn a_link_id_that_is_used_up_is_no_dead_end() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    seller.pass(5).await;
    let mut withdrawn = seller.link();
    seller.keys("Esc").await;
    seller.go_to_delivery().await;
    seller.text("98765432").await;
    seller.pass(1).await;
    withdrawn.id = seller.engine.model().wizard.draft.id.unwrap();
    (withdrawn.state, withdrawn.session_id, withdrawn.url) = (LinkState::Cancelled, None, None);
    withdrawn.transaction_id = None;
    withdrawn.sale.reference = Reference::parse("WITHDRAWN-1").unwrap();
    seller.place.ports.ledger.insert(&withdrawn, false).unwrap();
    seller.keys("Enter").await;
    assert_eq!(seller.at(), Screen::Delivery, "{}", seller.screen());
    seller.sees("WITHDRAWN-1 was made of this draft meanwhile.");
    seller.keys("Enter").await;
    assert_eq!(seller.at(), Screen::Link, "{}", seller.screen());
    seller.pass(5).await;
    assert_eq!(seller.messages().await.len(), 2, "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn a_quit_in_the_middle_keeps_the_draft() {
    let mut seller = Journey::open().await;
    seller.keys("n Enter").await;
    seller.fast_text("Vaffel");
    seller.fast("C-c");
    assert!(seller.engine.ended());
    seller.engine.finish().await;
    seller.power_cut().await;
    seller.keys("n Enter").await;
    seller.sees("Vaffel");
}

#[tokio::test(start_paused = true)]
async fn a_busy_backend_is_asked_again_when_it_says_so() {
    let mut seller = Journey::open().await;
    let fault = json!({ "path": "/v1/sessions-profile", "kind": "status", "status": 429, "retry_after": 30, "times": 1 });
    seller.control.post("/sandbox/faults", fault).await;
    seller.sell_by_sms().await;
    seller.pass(20).await;
    assert_eq!(seller.messages().await.len(), 0);
    seller.pass(60).await;
    assert_eq!(seller.messages().await.len(), 1, "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_with_its_reason() {
    let mut seller = Journey::open().await;
    let fault = json!({ "path": "/v1/sessions-profile", "kind": "status", "status": 400, "times": 1 });
    seller.control.post("/sandbox/faults", fault).await;
    seller.sell_by_sms().await;
    seller.sees("efused");
    seller.pass(3600).await;
    assert_eq!(seller.asked().await.len(), 1, "sent once");
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_message_waits_for_the_sellers_word() {
    let mut seller = Journey::open().await;
    let lost = json!({ "path": "/v1/sessions-profile", "kind": "drop_after", "times": 1 });
    seller.control.post("/sandbox/faults", lost).await;
    let blind =
        json!({ "path": "/v1/sessions", "method": "GET", "kind": "status", "status": 403, "times": -1 });
    seller.control.post("/sandbox/faults", blind).await;
    seller.sell_by_sms().await;
    seller.pass(3600).await;
    assert_eq!(seller.messages().await.len(), 1, "nothing is sent twice by itself");
    assert!(seller.engine.model().dashboard.outbox.iter().all(|e| e.needs_decision), "{}", seller.screen());
    seller.keys("s n").await;
    seller.pass(60).await;
    assert_eq!(seller.asked().await.len(), 1);
    seller.keys("s y").await;
    assert_eq!(seller.asked().await.len(), 2);
    let link = seller.engine.model().link.as_ref().unwrap().link.clone().unwrap();
    assert!(link.state.payable(), "{}", seller.screen());
    // Nothing waits to be sent; the one that was lost is looked for.
    let outbox = &seller.engine.model().dashboard.outbox;
    assert!(outbox.iter().all(|e| e.kind == OutboxKind::Look) && outbox.len() == 1, "{outbox:?}");
    assert!(!seller.screen().contains("waiting"), "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn a_lost_link_that_is_paid_is_the_sales_link_from_then_on() {
    let mut seller = Journey::open().await;
    let lost = json!({ "path": "/v1/sessions-profile", "kind": "drop_after", "times": 1 });
    seller.control.post("/sandbox/faults", lost).await;
    let blind =
        json!({ "path": "/v1/sessions", "method": "GET", "kind": "status", "status": 403, "times": -1 });
    seller.control.post("/sandbox/faults", blind).await;
    seller.sell_by_sms().await;
    seller.pass(60).await;
    seller.keys("s y").await;
    let messages = seller.messages().await;
    assert_eq!(messages.len(), 2, "the seller wanted a second one");
    // The customer pays by the first message, whose link nobody here knows. Later the backend can list again.
    seller.control.call(reqwest::Method::DELETE, "/sandbox/faults", None).await.unwrap();
    let known = seller.link().session_id.unwrap();
    let first = messages.iter().filter_map(|m| m["session_id"].as_str()).find(|id| *id != known).unwrap();
    let pay = json!({ "payment_product_type": "vipps", "outcome": "authorized" });
    seller.control.post(&format!("/sandbox/sessions/{first}/pay"), pay).await;
    seller.pass(120).await;
    let link = seller.link();
    assert_eq!((link.state, link.session_id.as_deref()), (LinkState::Captured, Some(first)));
    assert_eq!(link.alarms, [], "{}", seller.screen());
    seller.sees("Paid by the link that");
    let log = seller.control.get("/sandbox/log").await;
    let closed = |r: &Value| r["path"] == format!("/v1/sessions/{known}/cancel") && r["status"] == 200;
    assert!(log.as_array().unwrap().iter().any(closed), "it can't be paid a second time: {log}");
}

#[tokio::test(start_paused = true)]
async fn what_is_queued_can_be_changed_before_it_goes_out() {
    let mut seller = Journey::open().await;
    seller.line.down.store(true, Ordering::SeqCst);
    seller.sell_by_sms().await;
    seller.pass(5).await;
    seller.sees("QUEUED");
    let reference = seller.link().sale.reference.as_str().to_owned();
    seller.keys("r").await;
    assert_eq!(seller.at(), Screen::Delivery, "{}", seller.screen());
    seller.sees("5 DELIVERY");
    assert_eq!(seller.engine.model().wizard.draft.reference, reference);
    seller.line.down.store(false, Ordering::SeqCst);
    seller.keys("Enter").await;
    seller.pass(30).await;
    assert_eq!(seller.messages().await.len(), 1, "the first one never went out: {}", seller.screen());
    let sessions = seller.asked().await;
    assert_eq!(sessions.len(), 1, "{sessions:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_late_asks_before_it_goes_out() {
    let mut seller = Journey::open().await;
    seller.line.down.store(true, Ordering::SeqCst);
    seller.sell_by_sms().await;
    seller.pass(13 * 3600).await;
    seller.line.down.store(false, Ordering::SeqCst);
    seller.pass(3600).await;
    assert_eq!(seller.messages().await.len(), 0, "{}", seller.screen());
    seller.sees("waited for hours");
    seller.keys("s").await;
    seller.sees("The customer may have gone");
    seller.keys("y").await;
    seller.pass(5).await;
    assert_eq!(seller.messages().await.len(), 1, "{}", seller.screen());
    assert_eq!(seller.link().state, LinkState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_lost_link_that_nobody_has_is_made_anew_by_itself() {
    let mut seller = Journey::open().await;
    let lost = json!({ "path": "/v1/sessions-profile", "kind": "drop_after", "times": 1 });
    seller.control.post("/sandbox/faults", lost).await;
    let blind =
        json!({ "path": "/v1/sessions", "method": "GET", "kind": "status", "status": 403, "times": -1 });
    seller.control.post("/sandbox/faults", blind).await;
    seller.go_to_delivery().await;
    seller.keys("Left Enter").await;
    seller.pass(600).await;
    assert_eq!(seller.asked().await.len(), 2, "{}", seller.screen());
    assert_eq!(seller.desk.copied.lock().unwrap().len(), 1, "copied once it has an address");
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_told_and_the_sale_is_kept() {
    let mut seller = Journey::open().await;
    let account = seller.place.shop.account_id.clone();
    let no = json!({ "path": format!("/v1/accounts/{account}/auth/token"), "kind": "status", "status": 401, "times": -1 });
    seller.control.post("/sandbox/faults", no).await;
    seller.pass(86_400).await;
    seller.sell_by_sms().await;
    seller.pass(5).await;
    assert_eq!(seller.asked().await, []);
    assert_eq!(seller.engine.model().net, paylink::app::model::Net::SignedOut, "{}", seller.screen());
}

#[tokio::test(start_paused = true)]
async fn many_customers_are_followed_with_few_requests() {
    let mut seller = Journey::open().await;
    for _ in 0..30 {
        seller.sell_by_sms().await;
        seller.keys("Esc").await;
    }
    // While they are fresh and in sight, a few a second tell which were opened; then one tells of all.
    for most in [3 * 600, 100] {
        let before = seller.requests().await.len();
        seller.pass(600).await;
        let asked = seller.requests().await.len() - before;
        assert!(asked <= most, "{asked} requests in ten minutes");
    }
    let sessions: Vec<String> =
        seller.engine.model().dashboard.rows.iter().map(|r| r.session_id.clone().unwrap()).collect();
    for session in &sessions {
        seller
            .control
            .post(&format!("/sandbox/sessions/{session}/pay"), json!({ "outcome": "authorized" }))
            .await;
    }
    seller.pass(15).await;
    assert!(
        seller.engine.model().dashboard.rows.iter().all(paylink::ports::LinkRow::paid),
        "{}",
        seller.screen()
    );
    assert_eq!(seller.engine.model().tracking.rows, []);
}

#[tokio::test(start_paused = true)]
async fn an_alarm_is_seen_until_it_is_dealt_with_however_many_newer_links_there_are() {
    let mut seller = Journey::open().await;
    seller.sell_by_sms().await;
    let first = seller.link();
    let ledger = seller.place.ports.ledger.clone();
    for n in 1..=150 {
        let mut newer = Link { id: LinkId(Uuid::from_u128(n)), state: LinkState::Queued, ..first.clone() };
        newer.sale.reference = Reference::parse(&format!("NEW-{n}")).unwrap();
        newer.created_at = first.created_at + SignedDuration::from_millis(i64::try_from(n).unwrap());
        (newer.session_id, newer.events) = (None, Vec::new());
        ledger.insert(&newer, false).unwrap();
        newer.state = LinkState::Captured;
        newer.session_id = Some(format!("T12345678.new{n}"));
        assert!(ledger.settle_made(&newer).unwrap());
    }
    seller.keys("Esc s n").await;
    assert!(!seller.screen().contains("alarm"), "{}", seller.screen());
    seller.engine.take_outward();
    // While the next sale is typed, another process learns of it.
    ledger.amend(first.id, &mut |l| l.raise(Alarm::DoublePayment, first.created_at)).unwrap();
    seller.engine.message(Msg::LedgerChanged);
    seller.engine.settle().await;
    seller.sees(&format!("{}: Paid twice!", first.sale.reference.as_str()));
    assert!(seller.engine.take_outward().contains(&Outward::Bell));
    seller.keys("Esc").await;
    seller.sees("! 1 alarm");
    seller.sees("1 link needs you: press !");
    seller.power_cut().await;
    seller.sees("! 1 alarm");
    seller.sees("1 link needs you: press !");
    // Among all links, with the filters for what needs somebody.
    for keys in ["l Tab Tab Tab Tab", "Tab"] {
        seller.keys(keys).await;
        seller.sees(first.sale.reference.as_str());
        seller.sees("1 link");
    }
    seller.keys("Esc ! Enter").await;
    assert_eq!(seller.link().id, first.id);
    seller.keys("!").await;
    seller.sees("dealt with?");
    seller.keys("y Esc Esc").await;
    assert!(
        !seller.screen().contains("alarm") && !seller.screen().contains("needs you"),
        "{}",
        seller.screen()
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_told_with_nothing_to_follow() {
    let mut seller = Journey::open().await;
    assert!(!seller.screen().contains("This machine's clock"), "{}", seller.screen());
    seller.set_clock(3 * 3600);
    // Until what is known of the payment profile is too old, so that the start asks.
    seller.pass(3 * 3600).await;
    assert_eq!(seller.engine.model().clock_off_by, None, "nothing was asked");
    seller.power_cut().await;
    seller.sees("This machine's clock is 3 h ahead");
    seller.set_clock(0);
    seller.sell_by_sms().await;
    seller.keys("Esc").await;
    assert!(!seller.screen().contains("This machine's clock"), "{}", seller.screen());
}

/// A mail can't be written of a link that can't be read, and the seller is told so.
#[tokio::test(start_paused = true)]
async fn a_mail_of_a_link_that_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut seller = Journey::on(SqliteLedger::open(folder.path()).unwrap(), |shop| shop).await;
    seller.sell_by_sms().await;
    seller.keys("m").await;
    assert_eq!(seller.desk.copied.lock().unwrap().len(), 1, "{}", seller.screen());
    let ledger = rusqlite::Connection::open(folder.path().join(paylink::ledger::FILE_NAME)).unwrap();
    assert_eq!(ledger.execute("UPDATE links SET sale = '{'", []).unwrap(), 1);
    // At first the screen itself tells that it can't read the link anew.
    for key in ["m", "e", "m"] {
        seller.pass(30).await;
        seller.keys(key).await;
        seller.sees("can't be read");
    }
    assert_eq!(seller.desk.copied.lock().unwrap().len(), 1);
    assert_eq!(seller.desk.mails.lock().unwrap().len(), 0);
}
