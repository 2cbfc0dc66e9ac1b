//! `paylink outbox`: what waits to be sent.

use serde::Serialize;

use super::args::OutboxAction;
use super::human::columns;
use super::shop::{Secret, Shop, in_shop};
use super::{Failure, Run, Status, json, new};
use crate::ops::outbox::{self, Outcome};
use crate::ports::OutboxKind;

/// A request of the outbox, as scripts see it.
#[derive(Serialize)]
struct EntryJson<'a> {
    id: String,
    reference: &'a str,
    kind: &'static str,
    attempts: u32,
    next_at: String,
    needs_decision: bool,
    last_error: Option<&'a str>,
}

/// Does it.
///
/// # Errors
/// No such link, or what came of sending.
pub fn run(run: &Run, action: &OutboxAction) -> Result<Status, Failure> {
    match action {
        OutboxAction::List => in_shop(run, Secret::Unused, list),
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
        shop.run.note(&t.t("doctor-outbox-empty"));
    }
    let mut cells = Vec::new();
    for entry in entries {
        let link = shop.link(entry.link).await?;
        let reference = link.sale.reference.as_str();
        if shop.run.output.json {
            let object = EntryJson {
                id: entry.link.to_string(),
                reference,
                kind: entry.kind.word(),
                attempts: entry.attempts,
                next_at: json::time(entry.next_at),
                needs_decision: entry.needs_decision,
                last_error: entry.last_error.as_deref(),
            };
            let line = serde_json::to_string(&object).map_err(|e| Failure::internal(t, e))?;
            shop.run.output.line(&line)?;
            continue;
        }
        let kind = match entry.kind {
            OutboxKind::Create => t.t("cli-outbox-create"),
            OutboxKind::Cancel => t.t("cli-outbox-cancel"),
        };
        let when = if entry.needs_decision {
            t.t("cli-outbox-decide").into_owned()
        } else if entry.next_at <= view.now {
            t.t("time-now").into_owned()
        } else {
            t.moment(entry.next_at, view.now, &view.zone)
        };
        cells.push([
            reference.to_owned(),
            t.amount(link.amount),
            kind.into_owned(),
            when,
            entry.last_error.unwrap_or_default(),
        ]);
    }
    for line in columns(&cells, &[false, true, false, false, false]) {
        shop.run.output.line(&line)?;
    }
    Ok(Status::Done)
}

/// Sends a link now. Where the seller has to decide, this is the word: the first request is taken as lost.
async fn send(shop: &mut Shop<'_>, reference: &str) -> Result<Status, Failure> {
    let link = shop.named(reference, true).await?;
    let entry = shop.entry(link.id, OutboxKind::Create).await?;
    let sent = if entry.is_some_and(|e| e.needs_decision) {
        let decided = outbox::send_again_patiently(&shop.ports, link.id, shop.patience()).await;
        decided.map_err(|e| shop.ledger_failure(&e))?
    } else {
        new::send(shop, link.id).await?
    };
    shop.print(&sent.link)?;
    new::failure(shop, &sent).map_or(Ok(Status::Done), Err)
}

/// Gives up a link that waits. One that is at the backend already is for `cancel`.
async fn drop(shop: &mut Shop<'_>, reference: &str) -> Result<Status, Failure> {
    let t = shop.texts();
    let link = shop.named(reference, true).await?;
    if !link.state.in_outbox() {
        let args = [("reference", link.sale.reference.as_str().into()), ("state", t.say(&link.state).into())];
        let hint = t.t("cli-drop-hint");
        return Err(Failure::input("not_in_outbox", t.t_args("cli-drop-not", &args), hint));
    }
    let sent = outbox::withdraw(&shop.ports, link.id).await.map_err(|e| shop.ledger_failure(&e))?;
    shop.print(&sent.link)?;
    match sent.outcome {
        Outcome::Cancelled => Ok(Status::Done),
        _ => new::failure(shop, &sent).map_or(Ok(Status::Done), Err),
    }
}
