//! `paylink outbox`: what waits to be sent.

use serde::Serialize;

use super::args::OutboxAction;
use super::human::columns;
use super::shop::{Secret, Shop, in_shop, in_shop_to_read};
use super::{Failure, Note, Run, Status, json, links, money, new};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ops::cancel;
use crate::ops::outbox::{self, Outcome, Sent};
use crate::ports::{LinkFilter, OutboxEntry, OutboxKind, Overdue};
use crate::ui::waiting_words;

/// A request of the outbox, as scripts see it.
#[derive(Serialize)]
struct EntryJson<'a> {
    id: String,
    reference: &'a str,
    kind: &'static str,
    state: &'static str,
    /// Since when the backend works on it.
    in_progress_since: Option<String>,
    attempts: u32,
    next_at: String,
    needs_decision: bool,
    question: Option<&'static str>,
    amount: Option<json::MoneyJson>,
    last_error: Option<&'a str>,
}

/// Does it.
///
/// # Errors
/// No such link, or what came of sending.
pub fn run(run: &Run, action: &OutboxAction) -> Result<Status, Failure> {
    match action {
        OutboxAction::List => in_shop_to_read(run, Secret::Unused, list),
        OutboxAction::Send(one) => {
            in_shop(run, Secret::Needed, async |shop| send(shop, &one.reference).await)
        }
        OutboxAction::Drop(one) => {
            in_shop(run, Secret::Wished, async |shop| drop(shop, &one.reference).await)
        }
    }
}

async fn list(shop: &mut Shop<'_>) -> Result<Status, Failure> {
    let (t, view) = (shop.texts(), shop.run.view());
    let account = shop.account().to_owned();
    let entries = shop.ask(move |l| l.outbox(&account)).await?;
    if entries.is_empty() && !shop.run.output.json {
        shop.run.note(&Note::new("outbox_empty", t.t("doctor-outbox-empty")));
    }
    let (mut cells, mut unreadable, mut asks) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let Some(link) = shop.readable(entry.link).await? else {
            unreadable.push(entry.link);
            continue;
        };
        let reference = link.sale.reference.as_str();
        if shop.run.output.json {
            let object = EntryJson {
                id: entry.link.to_string(),
                reference,
                kind: entry.kind.word(),
                state: state(&entry),
                in_progress_since: entry.in_progress_since().map(json::time),
                attempts: entry.attempts,
                next_at: json::time(entry.next_at),
                needs_decision: entry.needs_decision,
                question: question(&entry),
                amount: entry.order.as_ref().and_then(|o| o.amount).map(json::money),
                last_error: entry.last_error.as_deref(),
            };
            let line = serde_json::to_string(&object).map_err(|e| Failure::internal(t, e))?;
            shop.run.output.line(&line)?;
            continue;
        }
        let kind = t.t(money::word(entry.kind));
        let amount = entry.order.as_ref().and_then(|o| o.amount).unwrap_or(link.amount);
        let when = if entry.needs_decision {
            let key = match entry.overdue {
                None => "cli-outbox-decide",
                Some(Overdue::Expired) => "cli-outbox-expired",
                Some(Overdue::Old) => "cli-outbox-old",
            };
            t.t(key).into_owned()
        } else if let Some(since) = entry.in_progress_since() {
            t.t_args("waits-progress", &[("time", t.moment(since, view.now, &view.zone).into())])
        } else if entry.is_due(view.now) {
            t.t("time-now").into_owned()
        } else {
            t.moment(entry.next_at, view.now, &view.zone)
        };
        let tries = match entry.attempts {
            _ if entry.in_progress_since().is_some() => {
                waiting_words::next_look(&entry, view.now, &view.zone, t)
            }
            0 => String::new(),
            count => t.t_args("cli-outbox-tries", &[("count", count.into())]),
        };
        asks.push(waiting_words::to_decide(&entry, &link, t));
        cells.push([
            reference.to_owned(),
            t.amount(amount),
            kind.into_owned(),
            when,
            tries,
            match (&entry.last_error, entry.in_doubt()) {
                (Some(line), _) => t.reason(line),
                (None, true) => t.t("cli-outbox-doubt").into_owned(),
                (None, false) => String::new(),
            },
        ]);
    }
    for (line, asks) in columns(&cells, &[false, true, false, false, false, false]).iter().zip(asks) {
        shop.run.output.line(line)?;
        if let Some(asks) = asks {
            shop.run.output.line(&format!("  ? {asks}"))?;
        }
    }
    let account = shop.account().to_owned();
    let elsewhere = shop.ask(move |l| l.waiting_elsewhere(&account)).await?;
    for (account, count) in elsewhere {
        let profile = shop.config.profiles.of(&account);
        let said = waiting_words::elsewhere(t, &account, profile, count);
        shop.run.note(&Note::new("waiting_elsewhere", said));
    }
    if unreadable.is_empty() {
        return Ok(Status::Done);
    }
    // What it is called can be read.
    let account = shop.account().to_owned();
    let rows = shop.ask(move |l| l.rows(&account, &LinkFilter::default())).await?;
    let named = rows.into_iter().filter(|row| unreadable.contains(&row.id)).map(|row| row.reference);
    Err(links::not_read(t, &named.collect::<Vec<_>>()))
}

/// How a request stands, for scripts.
fn state(entry: &OutboxEntry) -> &'static str {
    if entry.needs_decision {
        "decision"
    } else if entry.in_progress_since().is_some() {
        "in_progress"
    } else if entry.in_flight {
        // On its way just now, or perhaps carried out: it's looked up before it is sent again.
        "uncertain"
    } else {
        "waiting"
    }
}

/// What the seller is asked, for scripts.
fn question(entry: &OutboxEntry) -> Option<&'static str> {
    entry.needs_decision.then(|| entry.overdue.map_or("maybe_sent", Overdue::word))
}

/// The link's first entry: what is sent or dropped first.
async fn first_of(shop: &Shop<'_>, link: LinkId) -> Result<Option<OutboxEntry>, Failure> {
    let account = shop.account().to_owned();
    let all = shop.ask(move |l| l.outbox(&account)).await?;
    Ok(OutboxEntry::first_of(&all, link).cloned())
}

/// Sends what waits for a link now, the oldest first. Where the seller has to decide, this is the word: the
/// first request is taken as lost, and one that is late goes out all the same.
async fn send(shop: &mut Shop<'_>, reference: &str) -> Result<Status, Failure> {
    let link = shop.named(reference, true).await?;
    let entry = first_of(shop, link.id).await?;
    if let Some(entry) = entry.as_ref().filter(|e| e.kind != OutboxKind::Create) {
        return send_other(shop, &link, entry).await;
    }
    if entry.is_none() && !link.state.in_outbox() {
        // It was sent before, perhaps by another paylink a moment ago, which is as good. Nothing was done, though.
        let args = [("reference", link.sale.reference.as_str().into())];
        shop.run.note(&Note::new("nothing_waits", shop.texts().t_args("cli-send-nothing", &args)));
        return shop.outcome(&link, None);
    }
    // One that was refused is tried once more: the seller has seen to the reason.
    let sent = if link.state == LinkState::Refused {
        outbox::send_refused_patiently(&shop.ports, link.id, shop.patience()).await
    } else if entry.is_some_and(|e| e.needs_decision) {
        outbox::send_again_patiently(&shop.ports, link.id, shop.patience()).await
    } else {
        new::send(shop, link.id).await
    };
    match sent {
        Ok(sent) => shop.outcome(&sent.link, new::failure(shop, &sent).await),
        Err(error) => shop.perhaps_sent(&link, &error),
    }
}

/// Sends what is to be done with a link that is at the backend.
async fn send_other(shop: &Shop<'_>, link: &Link, entry: &OutboxEntry) -> Result<Status, Failure> {
    let kind = entry.kind;
    if kind.moves_money() {
        let order = entry.order.as_ref().map(|order| order.id).unwrap_or_default();
        let amount = entry.order.as_ref().and_then(|order| order.amount);
        let sent =
            crate::ops::money::send_patiently(&shop.ports, link.id, kind, order, shop.patience()).await;
        // Whoever asked for it is not told by this, and may repeat it.
        return match sent {
            Ok(sent) => money::end(shop, &sent, kind, amount),
            Err(error) => shop.perhaps_sent(link, &error),
        };
    }
    match cancel::cancel_patiently(&shop.ports, link.id, shop.patience()).await {
        Ok(done) => shop.outcome(&done.link, super::links::not_cancelled(shop, &done)),
        Err(error) => shop.perhaps_sent(link, &error),
    }
}

/// Gives up all that waits for a link. A link that is at the backend already is for `cancel`.
async fn drop(shop: &mut Shop<'_>, reference: &str) -> Result<Status, Failure> {
    let t = shop.texts();
    let link = shop.named(reference, true).await?;
    if first_of(shop, link.id).await?.is_some_and(|e| e.kind != OutboxKind::Create) {
        return drop_all(shop, link).await;
    }
    if !link.state.in_outbox() {
        let args = [("reference", link.sale.reference.as_str().into()), ("state", t.say(&link.state).into())];
        if shop.looks_for(link.id).await {
            let hint = t.t("cli-drop-look-hint");
            return Err(Failure::input("only_looked_for", t.t_args("cli-drop-look", &args), hint));
        }
        let hint = t.t("cli-drop-hint");
        return Err(Failure::input("not_in_outbox", t.t_args("cli-drop-not", &args), hint));
    }
    if link.state == LinkState::Refused {
        let refused = Sent { link, outcome: Outcome::Refused, fault: None };
        return shop.outcome(&refused.link, new::failure(shop, &refused).await);
    }
    // It may be on its way, or have been made: then it is withdrawn at the backend.
    match cancel::cancel_patiently(&shop.ports, link.id, shop.patience()).await {
        Ok(done) => {
            shop.say_what_is_left(&done.link).await;
            shop.outcome(&done.link, super::links::not_cancelled(shop, &done))
        }
        Err(error) => shop.perhaps_sent(&link, &error),
    }
}

/// Gives up all that waits to be done with a link that is at the backend. Where there are several, each is named; what
/// stays, and what waits behind that and may have been carried out, too.
async fn drop_all(shop: &Shop<'_>, mut link: Link) -> Result<Status, Failure> {
    let t = shop.texts();
    let (account, id) = (shop.account().to_owned(), link.id);
    let mut waits = shop.ask(move |l| l.outbox(&account)).await?;
    waits.retain(|e| e.link == id && e.kind.asked_for() && e.kind != OutboxKind::Create);
    let order = |e: &OutboxEntry| e.order.as_ref().map(|order| order.id).unwrap_or_default();
    let named = waits.iter().map(|e| (e.kind, order(e))).collect();
    let given_up = match outbox::give_up(&shop.ports, id, named).await {
        Ok(given_up) => given_up,
        Err(error) => return shop.perhaps_sent(&link, &error),
    };
    let about = |kinds: String| [("reference", link.sale.reference.as_str().into()), ("what", kinds.into())];
    let (several, mut wrong, mut stay, mut failed) = (waits.len() > 1, None, Vec::new(), None);
    for (entry, one) in waits.iter().zip(given_up) {
        match one.sent {
            None => stay.push(what(shop, entry)),
            // It may have gone out before.
            Some(Err(error)) => failed = Some(error),
            Some(Ok(sent)) => {
                let failure = not_dropped(shop, entry, &sent);
                if failure.is_none() && several {
                    let said = t.t_args("cli-drop-dropped", &about(what(shop, entry)));
                    shop.run.note(&Note::new("dropped", said));
                }
                wrong = wrong.or(failure);
            }
        }
    }
    if !stay.is_empty() {
        let said = t.t_args("cli-drop-still", &about(stay.join(", ")));
        shop.run.note(&Note::new("still_waits", said));
    }
    if let Some(error) = failed {
        return shop.perhaps_sent(&link, &error);
    }
    link = shop.ask(move |l| l.link(id)).await?.unwrap_or(link);
    shop.outcome(&link, wrong)
}

/// A request in a few words: what is done, and of how much where that was said.
fn what(shop: &Shop<'_>, entry: &OutboxEntry) -> String {
    let t = shop.texts();
    let kind = t.t(money::word(entry.kind)).into_owned();
    match entry.order.as_ref().and_then(|order| order.amount) {
        Some(amount) => format!("{kind} {}", t.amount(amount)),
        None => kind,
    }
}

/// Why a request that was to be given up wasn't.
fn not_dropped(shop: &Shop<'_>, entry: &OutboxEntry, sent: &Sent) -> Option<Failure> {
    let t = shop.texts();
    let state = t.say(&sent.link.state).into_owned();
    let args = [("reference", sent.link.sale.reference.as_str().into()), ("state", state.into())];
    let hint = t.t("cli-cancel-ended-hint");
    match (entry.kind.moves_money(), sent.outcome) {
        (true, Outcome::Cancelled) if sent.fault.is_none() => None,
        // It had been carried out, as is known only now.
        (true, Outcome::Moved) => {
            Some(Failure::input("carried_out", t.t_args("cli-drop-carried-out", &args), hint))
        }
        (true, _) => money::wrong(shop, sent, entry.kind, None),
        // Nobody looks for it any more, and it may be on its way.
        (false, Outcome::Already) if sent.fault.is_some() => Some(Failure::new(
            Status::Unknown,
            "outcome_unknown",
            t.t_args("cli-drop-cancel-perhaps", &args),
            hint,
        )),
        (false, _) => money::failure(shop, sent, entry.kind),
    }
}
