//! `paylink list`, `show`, `watch`, `cancel` and `settle`.

use super::args;
use super::json::LinkJson;
use super::shop::{Secret, Shop, in_shop, in_shop_to_read};
use super::{Failure, Note, Run, Status};
use crate::domain::clean;
use crate::domain::link::{Link, LinkId, LinkState};
use crate::domain::reference::Reference;
use crate::i18n::{Lang, Texts};
use crate::ops::cancel::{self, CancelEnd, Cancelling};
use crate::ports::{FaultKind, Ledger, LinkFilter, OutboxKind};

const fn wished(offline: bool) -> Secret {
    if offline { Secret::Unused } else { Secret::Wished }
}

/// `list`
///
/// # Errors
/// Wrong input, no config, no ledger.
pub fn list(run: &Run, args: &args::List) -> Result<Status, Failure> {
    let filter = filter(run, args)?;
    in_shop_to_read(run, wished(args.offline), async |shop| list_in(shop, filter, args.offline).await)
}

fn filter(run: &Run, args: &args::List) -> Result<LinkFilter, Failure> {
    let mut states = Vec::new();
    for given in &args.states {
        // A word that the list shows may have a comma in it.
        match state(given) {
            Some(one) => states.push(one),
            None => {
                for word in given.split(',') {
                    states.push(state(word).ok_or_else(|| unknown_state(run.texts(), word))?);
                }
            }
        }
    }
    Ok(LinkFilter {
        search: args.search.clone().filter(|s| !s.trim().is_empty()),
        states,
        limit: (args.limit > 0).then_some(args.limit),
        ..LinkFilter::default()
    })
}

/// The state that a word means: the contracts' own, or what the list shows for it in any language.
fn state(word: &str) -> Option<LinkState> {
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let asked = plain(word);
    let shown = |state: LinkState| Lang::ALL.into_iter().map(move |lang| Texts::new(lang).say(&state));
    let own = LinkState::ALL.into_iter().find(|s| plain(s.word()) == asked);
    own.or_else(|| LinkState::ALL.into_iter().find(|s| shown(*s).any(|words| plain(&words) == asked)))
}

/// Every state is told as the list shows it, with the word for scripts where that is another.
fn unknown_state(t: Texts, word: &str) -> Failure {
    let told = |state: LinkState| {
        let shown = t.say(&state);
        if shown == state.word() { shown.into_owned() } else { format!("{shown} ({state})") }
    };
    let known: Vec<String> = LinkState::ALL.into_iter().map(told).collect();
    let args = [("state", clean::line_within(word, 40).into())];
    let hint = t.t_args("cli-state-hint", &[("known", known.join("; ").into())]);
    Failure::input("state", t.t_args("cli-state-unknown", &args), hint)
}

async fn list_in(shop: &mut Shop<'_>, filter: LinkFilter, offline: bool) -> Result<Status, Failure> {
    if !offline {
        shop.show_at_once();
        shop.flush().await?;
        // Which links a filter by state shows depends on states that are up to date.
        let wide = LinkFilter { states: Vec::new(), ..filter.clone() };
        let account = shop.account().to_owned();
        let (account_too, wanted) = (account.clone(), filter.clone());
        let mut rows = shop.ask(move |l| l.rows(&account, &wide)).await?;
        // Those of the state may lie behind so many newer ones.
        for row in shop.ask(move |l| l.rows(&account_too, &wanted)).await? {
            if !rows.iter().any(|known| known.id == row.id) {
                rows.push(row);
            }
        }
        shop.refresh(&rows).await?;
        shop.say_if_the_clock_is_off().await;
    }
    let (account, wanted) = (shop.account().to_owned(), filter);
    let rows = shop.ask(move |l| l.rows(&account, &wanted)).await?;
    let listed = rows.iter().map(|r| r.id).collect();
    let mut unreadable = Vec::new();
    if shop.run.output.json {
        for row in rows {
            match shop.readable(row.id).await? {
                Some(link) => shop.run.output.line(&LinkJson::from(&link).line())?,
                // All others are told.
                None => unreadable.push(row.reference),
            }
        }
    } else if rows.is_empty() {
        shop.run.note(&Note::new("no_links", shop.texts().t("cli-list-empty")));
    } else {
        let account = shop.account().to_owned();
        let outbox = shop.ask(move |l| l.outbox(&account)).await?;
        for line in shop.run.view().table(&rows, &outbox) {
            shop.run.output.line(&line)?;
        }
    }
    undecided(shop).await?;
    alarmed(shop, listed).await?;
    if unreadable.is_empty() { Ok(Status::Done) } else { Err(not_read(shop.texts(), &unreadable)) }
}

/// What was sold can't be read of these, and so they are missing in the list.
pub(super) fn not_read(t: Texts, links: &[Reference]) -> Failure {
    let named: Vec<&str> = links.iter().map(Reference::as_str).collect();
    let args = [("references", named.join(", ").into())];
    let hint = t.t("doctor-unreadable-hint");
    Failure::new(Status::Internal, "unreadable", t.t_args("cli-list-unreadable", &args), hint)
}

/// How many references of links with alarms are told beside the list.
const ALARMED_TOLD: usize = 5;

/// What a person must deal with must not be overlooked, because it's older than the limit or of another state.
async fn alarmed(shop: &Shop<'_>, listed: Vec<LinkId>) -> Result<(), Failure> {
    let account = shop.account().to_owned();
    let filter = LinkFilter { alarmed: true, ..LinkFilter::default() };
    let mut rows = shop.ask(move |l| l.rows(&account, &filter)).await?;
    rows.retain(|row| !listed.contains(&row.id));
    if rows.is_empty() {
        return Ok(());
    }
    let mut told: Vec<&str> = rows.iter().take(ALARMED_TOLD).map(|r| r.reference.as_str()).collect();
    if rows.len() > ALARMED_TOLD {
        told.push("…");
    }
    let args = [("count", rows.len().into()), ("references", told.join(", ").into())];
    let t = shop.texts();
    shop.run.note(&Note::new("alarms", t.t_args("cli-alarmed", &args)).hint(t.t("cli-alarmed-hint")));
    Ok(())
}

/// What waits for the seller's word must not be overlooked.
async fn undecided(shop: &Shop<'_>) -> Result<(), Failure> {
    let account = shop.account().to_owned();
    let waiting = shop.ask(move |l| l.outbox(&account)).await?;
    let count = waiting.iter().filter(|e| e.needs_decision).count();
    if count > 0 {
        shop.run.note(&to_decide(shop.texts(), count));
    }
    Ok(())
}

fn to_decide(t: Texts, count: usize) -> Note {
    let said = t.t_args("cli-undecided", &[("count", count.into())]);
    Note::new("undecided", said).hint(t.t("cli-undecided-hint"))
}

/// `show`
///
/// # Errors
/// No such link, no config, no ledger.
pub fn show(run: &Run, args: &args::Show) -> Result<Status, Failure> {
    in_shop_to_read(run, wished(args.offline), async |shop| {
        let link = shop.named(&args.reference, args.offline).await?;
        shop.say_if_the_clock_is_off().await;
        if run.output.json {
            run.output.line(&LinkJson::from(&link).line())?;
        } else {
            let account = shop.account().to_owned();
            let outbox = shop.ask(move |l| l.outbox(&account)).await?;
            run.output.line(&shop.view().full(&link, &outbox))?;
        }
        Ok(Status::Done)
    })
}

/// `watch`
///
/// # Errors
/// No such link, no config, no ledger.
pub fn watch(run: &Run, args: &args::Watch) -> Result<Status, Failure> {
    in_shop_to_read(run, Secret::Wished, async |shop| {
        let link = shop.named(&args.reference, false).await?;
        shop.say_if_the_clock_is_off().await;
        shop.print(&link)?;
        let entry = shop.entry(link.id, OutboxKind::Create).await?;
        if entry.is_some_and(|e| e.needs_decision) {
            run.note(&to_decide(run.texts(), 1));
        }
        shop.follow(link, None, Link::settled, |link| shop.print_change(link)).await?;
        Ok(Status::Done)
    })
}

/// `settle`: the alarms that were told so far are dealt with. Without any there is nothing to do, which is fine; one
/// that only now comes from the backend has been seen by nobody, and stays.
///
/// # Errors
/// No such link, no config, no ledger.
pub fn settle(run: &Run, args: &args::One) -> Result<Status, Failure> {
    in_shop(run, Secret::Wished, async |shop| {
        let seen = shop.named(&args.reference, true).await.map(|link| link.alarms).unwrap_or_default();
        let link = shop.named(&args.reference, false).await?;
        let id = link.id;
        let settle = move |ledger: &dyn Ledger| ledger.amend(id, &mut |link| link.deal_with(&seen));
        let link = shop.ask(settle).await?.unwrap_or(link);
        if !link.alarms.is_empty() {
            run.note(&Note::new("alarm_since", run.texts().t("cli-alarm-since")));
        }
        shop.print(&link)?;
        Ok(Status::Done)
    })
}

/// `cancel`
///
/// # Errors
/// No such link, money is held or taken, no connection, or the backend says no.
pub fn cancel(run: &Run, args: &args::One) -> Result<Status, Failure> {
    in_shop(run, Secret::Needed, async |shop| {
        // What waits here is withdrawn here: to send it first would bring the customer a message about nothing.
        let link = match shop.named(&args.reference, true).await {
            Ok(link) if link.state.in_outbox() => link,
            _ => shop.named(&args.reference, false).await?,
        };
        match cancel::cancel_patiently(&shop.ports, link.id, shop.patience()).await {
            Ok(done) => {
                shop.say_what_is_left(&done.link).await;
                shop.outcome(&done.link, not_cancelled(shop, &done))
            }
            Err(error) => shop.perhaps_sent(&link, &error),
        }
    })
}

/// What is wrong after trying to withdraw a link, if anything.
pub fn not_cancelled(shop: &Shop<'_>, done: &Cancelling) -> Option<Failure> {
    let t = shop.texts();
    let state = t.say(&done.link.state);
    let args =
        [("reference", done.link.sale.reference.as_str().into()), ("state", state.into_owned().into())];
    match &done.end {
        CancelEnd::Cancelled => None,
        // What was asked for is so.
        CancelEnd::AlreadyEnded if matches!(done.link.state, LinkState::Cancelled | LinkState::Voided) => {
            None
        }
        CancelEnd::AlreadyEnded => {
            Some(Failure::input("ended", t.t_args("cli-cancel-ended", &args), t.t("cli-cancel-ended-hint")))
        }
        CancelEnd::HasMoney => Some(Failure::input(
            "has_money",
            t.t_args("cli-cancel-money", &args),
            t.t("cli-cancel-money-hint"),
        )),
        CancelEnd::Later { fault, .. } => {
            let [reference, state] = args;
            let why = ("why", t.say(&fault.cause).into_owned().into());
            let unknown = fault.kind == FaultKind::Maybe;
            let key = if unknown { "cli-cancel-perhaps" } else { "cli-cancel-later" };
            Some(Failure {
                message: t.t_args(key, &[reference, state, why]),
                hint: t.t("cli-cancel-later-hint").into_owned(),
                ..Failure::fault(t, fault)
            })
        }
        CancelEnd::Refused(fault) => Some(Failure::fault(t, fault).about(done.link.sale.reference.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_goes_by_the_contracts_word_and_by_what_the_list_shows() {
        for known in LinkState::ALL {
            assert_eq!(state(known.word()), Some(known));
            for lang in Lang::ALL {
                let shown = Texts::new(lang).say(&known);
                assert_eq!(state(&shown), Some(known), "{shown}");
                assert_eq!(state(&shown.to_uppercase()), Some(known), "{shown}");
            }
        }
        assert_eq!(state(" Paid "), Some(LinkState::Captured));
        assert_eq!(state("betalt"), Some(LinkState::Captured));
        assert_eq!(state("partially-captured"), Some(LinkState::PartiallyCaptured));
        assert_eq!(state("payed"), None);
        assert_eq!(state(""), None);
    }

    #[test]
    fn an_unknown_state_is_answered_with_all_of_them() {
        let failure = unknown_state(Texts::new(Lang::Bokmal), "betalende");
        for part in ["betalende", "betalt (captured)", "åpnet (opened)", "ukjent (unknown)"] {
            assert!(failure.to_string().contains(part), "{failure}");
        }
    }
}
