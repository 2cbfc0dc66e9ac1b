//! `paylink capture`, `void` and `refund`.

use super::args;
use super::note::Note;
use super::shop::{Secret, Shop, in_shop};
use super::{Failure, Run, Status, sale};
use crate::domain::amount::parse_price;
use crate::domain::clean;
use crate::domain::link::{Link, LinkId};
use crate::domain::money::Money;
use crate::ops::money::{self, Movement, Ordered};
use crate::ops::outbox::{Outcome, Sent};
use crate::ports::{Fault, OrderId, OutboxKind};
use crate::ui::waiting_words;

/// The longest reason that is sent with a refund.
const REASON: usize = 200;

/// `capture`: withdraws reserved money.
///
/// # Errors
/// No such link, the payment is not in a state for it, no connection, or the backend says no.
pub fn capture(run: &Run, args: &args::Capture) -> Result<Status, Failure> {
    let amount = amount(run, "capture", args.amount.as_deref())?;
    carry_out(run, &args.reference, Movement::Capture(amount))
}

/// `void`: releases reserved money.
///
/// # Errors
/// As [`capture`].
pub fn void(run: &Run, args: &args::One) -> Result<Status, Failure> {
    carry_out(run, &args.reference, Movement::Void)
}

/// `refund`: gives money back.
///
/// # Errors
/// As [`capture`].
pub fn refund(run: &Run, args: &args::Refund) -> Result<Status, Failure> {
    let amount = amount(run, "refund", args.amount.as_deref())?;
    let reason = args.reason.as_deref().map(|r| clean::line_within(r, REASON)).filter(|r| !r.is_empty());
    carry_out(run, &args.reference, Movement::Refund(amount, reason))
}

fn amount(run: &Run, command: &'static str, text: Option<&str>) -> Result<Option<Money>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let t = run.texts();
    let money = parse_price(text, run.config()?.profile.currency);
    let money = money.map_err(|e| sale::option(t, command, "--amount", text, &e))?;
    if money.minor() > 0 {
        return Ok(Some(money));
    }
    let zero = crate::domain::line::LineError::ZeroAmount;
    Err(sale::option(t, command, "--amount", text, &zero))
}

fn carry_out(run: &Run, reference: &str, what: Movement) -> Result<Status, Failure> {
    in_shop(run, Secret::Needed, async |shop| {
        let t = shop.texts();
        // Before what waits is sent: what becomes of the order that this one repeats, is to be told.
        let repeats = match shop.named(reference, true).await {
            Ok(link) => {
                money::waiting(&shop.ports, link.id, &what).await.map_err(|e| shop.ledger_failure(&e))?
            }
            Err(_) => None,
        };
        let link = shop.named(reference, false).await?;
        let (id, kind, wanted) = (link.id, what.kind(), what.amount());
        let named = [("reference", link.sale.reference.as_str().into())];
        let ordered = money::order(&shop.ports, id, what, repeats).await;
        match ordered.map_err(|e| shop.ledger_failure(&e))? {
            Ordered::Waits(order) => {
                let sent = match money::send_patiently(&shop.ports, id, kind, order, shop.patience()).await {
                    Ok(sent) => sent,
                    Err(error) => return shop.perhaps_sent(&link, &error),
                };
                let done = sent.outcome == Outcome::Moved;
                let status = end(shop, &sent, kind, wanted);
                if done && status.is_ok() {
                    told(shop, id, kind, order).await;
                }
                status
            }
            Ordered::DoneBefore(order) => {
                shop.run.note(&Note::new("done_before", t.t_args("cli-money-done-before", &named)));
                let status = shop.outcome(&link, None);
                if status.is_ok() {
                    told(shop, id, kind, order).await;
                }
                status
            }
            Ordered::CameToNothing(sent) => end(shop, &sent, kind, wanted),
            Ordered::AnotherWaits => {
                let hint = t.t("cli-money-another-hint");
                Err(Failure::input("another_waits", t.t_args("cli-money-another", &named), hint))
            }
            Ordered::NoPayment => {
                // Of a state that is old nothing is concluded: the customer may have paid.
                let unread = shop.unread.take().filter(|_| !link.settled() || link.may_go_on());
                if let Some(fault) = unread {
                    let wrong = not_known(shop, &link, &fault);
                    return shop.outcome(&link, Some(wrong));
                }
                let sent = Sent { link, outcome: Outcome::NotPossible, fault: None };
                failure(shop, &sent, kind).map_or(Ok(Status::Done), Err)
            }
        }
    })
}

/// Whether there is any money can't be known, because the backend could not be asked or its answer not be read.
fn not_known(shop: &Shop<'_>, link: &Link, fault: &Fault) -> Failure {
    let t = shop.texts();
    let why = t.say(&fault.cause).into_owned();
    let args = [("reference", link.sale.reference.as_str().into()), ("why", why.into())];
    let message = t.t_args("cli-money-not-known", &args);
    let told = Failure::fault(t, fault);
    match told.status {
        Status::SignIn => Failure { message, ..told },
        _ => Failure::new(Status::Unreachable, "not_up_to_date", message, t.t("cli-money-not-known-hint")),
    }
}

/// That an order is done is written where its asker reads it.
async fn told(shop: &Shop<'_>, id: LinkId, kind: OutboxKind, order: OrderId) {
    if let Err(error) = money::told(&shop.ports, id, kind, order).await {
        // Then it's told once more to whoever asks next: nothing is sent that shouldn't be.
        tracing::warn!(%error, "that an order was told to be done could not be kept");
    }
}

/// Tells whoever waits for an order about money how it ended, or how it stands.
///
/// # Errors
/// What is wrong, or standard output is closed.
pub fn end(shop: &Shop<'_>, sent: &Sent, kind: OutboxKind, wanted: Option<Money>) -> Result<Status, Failure> {
    shop.outcome(&sent.link, wrong(shop, sent, kind, wanted))
}

/// What is wrong with how an order about money ended, or stands, if anything.
pub fn wrong(shop: &Shop<'_>, sent: &Sent, kind: OutboxKind, wanted: Option<Money>) -> Option<Failure> {
    let t = shop.texts();
    let named = [("reference", sent.link.sale.reference.as_str().into())];
    match (sent.outcome, &sent.fault) {
        (Outcome::NotPossible, _) => {
            too_much(shop, &sent.link, kind, wanted).or_else(|| failure(shop, sent, kind))
        }
        (Outcome::Cancelled, None) => Some(Failure::input(
            "dropped",
            t.t_args("cli-money-dropped", &named),
            t.t("cli-money-dropped-hint"),
        )),
        (Outcome::Cancelled, why @ Some(_)) => Some(Failure::new(
            Status::Unknown,
            "outcome_unknown",
            t.t_args(waiting_words::dropped_perhaps(why.as_ref()), &named),
            t.t("cli-money-lost-hint"),
        )),
        // It waits no more, and nothing here tells why: another ledger is in its place, say.
        (Outcome::Already, _) => Some(Failure::new(
            Status::Unknown,
            "outcome_unknown",
            t.t_args("cli-money-lost", &named),
            t.t("cli-money-lost-hint"),
        )),
        _ => failure(shop, sent, kind),
    }
}

/// More was asked for than there is: the state is right for it, and not the reason.
fn too_much(shop: &Shop<'_>, link: &Link, kind: OutboxKind, wanted: Option<Money>) -> Option<Failure> {
    let t = shop.texts();
    let (left, key) = match kind {
        OutboxKind::Refund => (link.kept()?, "cli-refund-too-much"),
        OutboxKind::Capture => (link.reserved()?, "cli-capture-too-much"),
        _ => return None,
    };
    let wanted = wanted.filter(|w| w.currency() == left.currency() && w.minor() > left.minor())?;
    if left.minor() <= 0 {
        return None;
    }
    let args = [
        ("reference", link.sale.reference.as_str().into()),
        ("wanted", t.amount(wanted).into()),
        ("left", t.amount(left).into()),
    ];
    Some(Failure::input("not_possible", t.t_args(key, &args), t.t("cli-too-much-hint")))
}

/// What is wrong after trying to move money, if anything.
pub fn failure(shop: &Shop<'_>, sent: &Sent, kind: OutboxKind) -> Option<Failure> {
    let t = shop.texts();
    let reference = sent.link.sale.reference.as_str();
    let why = sent.fault.as_ref().map(|f| t.say(&f.cause).into_owned()).unwrap_or_default();
    let named = |key: &'static str| {
        let args = [
            ("reference", reference.to_owned().into()),
            ("kind", waiting_words::sentence(kind).into()),
            ("state", t.say(&sent.link.state).into_owned().into()),
            ("why", why.clone().into()),
        ];
        t.t_args(key, &args)
    };
    let failed =
        |status, code, message, hint: &'static str| Some(Failure::new(status, code, message, t.t(hint)));
    match sent.outcome {
        Outcome::NotPossible => {
            failed(Status::Input, "not_possible", named("cli-money-not-possible"), "cli-cancel-ended-hint")
        }
        Outcome::Refused => Some(match &sent.fault {
            Some(fault) => Failure::fault(t, fault).about(reference),
            None => {
                Failure::new(Status::Refused, "refused", named("cli-money-failed"), t.t("cli-refused-hint"))
            }
        }),
        Outcome::NotAllowed { .. } => {
            let failure = sent.fault.as_ref().map(|fault| Failure::fault(t, fault).about(reference));
            let message = failure.map_or_else(|| named("cli-money-waiting"), |f| f.message);
            failed(Status::SignIn, "not_allowed", message, "cli-not-allowed-hint")
        }
        Outcome::Busy => {
            failed(Status::Unreachable, "waiting", named("cli-money-behind"), "cli-money-waiting-hint")
        }
        Outcome::Queued { .. } => {
            let key = if why.is_empty() { "cli-money-waiting" } else { "cli-money-waiting-because" };
            failed(Status::Unreachable, "unreachable", named(key), "cli-money-waiting-hint")
        }
        Outcome::InProgress { .. } if !why.is_empty() => {
            failed(Status::Unknown, "no_end_yet", named("cli-money-no-end"), "cli-money-no-end-hint")
        }
        Outcome::InProgress { .. } => {
            failed(Status::Unknown, "in_progress", named("cli-money-in-progress"), "cli-money-waiting-hint")
        }
        Outcome::Uncertain { .. } => {
            let key = if why.is_empty() { "cli-money-unknown" } else { "cli-money-unknown-because" };
            failed(Status::Unknown, "outcome_unknown", named(key), "cli-money-unknown-hint")
        }
        _ => None,
    }
}

/// The word for what is done, in a table.
#[must_use]
pub const fn word(kind: OutboxKind) -> &'static str {
    waiting_words::noun(kind)
}
