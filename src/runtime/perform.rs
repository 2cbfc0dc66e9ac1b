//! Effects carried out: the one bridge from the app's data to what waits.

use std::sync::Arc;

use jiff::Timestamp;

use super::engine::Sender;
use super::page::{self, PAGE, Part};
use super::waited;
use super::workplace::{Host, Workplace};
use crate::app::draft::{Defaults, Draft};
use crate::app::effect::Effect;
use crate::app::model::{ListFilter, Now, QrWish};
use crate::app::msg::{CancelTrouble, Failed, KeepError, Reply, SetUpTrouble};
use crate::domain::link::{Link, LinkId};
use crate::domain::reference::Reference;
use crate::domain::sale::Sale;
use crate::ops::cancel::{self, CancelEnd, Cancelling};
use crate::ops::outbox::{self, Decision, Sent};
use crate::ops::{self, blocking, on_ledger, track};
use crate::ports::{Ledger, LedgerError, LinkFilter, LinkRow, Mail, Ports};

/// Where the wish for the QR code is kept.
const QR: &str = "qr";
/// Where the seller's choices are kept.
const DEFAULTS: &str = "defaults";

/// What an effect needs.
pub(super) struct Context {
    pub(super) workplace: Option<Workplace>,
    pub(super) host: Option<Arc<dyn Host>>,
    pub(super) now: Now,
    pub(super) tx: Sender,
}

/// Carries out one effect and sends its answer.
pub(super) async fn perform(effect: Effect, context: Context) {
    let Context { workplace, host, now, tx } = context;
    match (effect, workplace) {
        (Effect::UseSandbox, _) => {
            if let Some(host) = host {
                opened(host.use_sandbox().await, &tx);
            }
        }
        (Effect::SetUp(account), _) => {
            if let Some(host) = host {
                opened(host.set_up(*account).await, &tx);
            }
        }
        (effect, Some(workplace)) => with_workplace(effect, workplace, now, tx).await,
        (_, None) => {}
    }
}

fn opened(result: Result<Workplace, SetUpTrouble>, tx: &Sender) {
    match result {
        Ok(workplace) => {
            let shop = Box::new(workplace.shop.clone());
            tx.moved(workplace, Reply::SetUp(Ok(shop)));
        }
        Err(why) => tx.reply(Reply::SetUp(Err(why))),
    }
}

async fn with_workplace(effect: Effect, place: Workplace, now: Now, tx: Sender) {
    let account = place.shop.account_id.clone();
    match effect {
        Effect::LoadDashboard => {
            let Some(waits) = tx.waits_for_page() else { return };
            let _alone = tx.reads_page().await;
            let news = on_ledger(&place.ports, move |ledger| {
                // What changes from now on is for whoever asks next.
                drop(waits);
                page::read(ledger, &account, now.at, &now.zone, Part::Whole)
            })
            .await;
            answer(&tx, Failed::Other, news.map(|n| Reply::Dashboard(Box::new(n))));
        }
        Effect::LoadIfChanged(seen) => {
            match on_ledger(&place.ports, move |ledger| page::changed(ledger, &account, &now, seen)).await {
                Ok(news) => news.into_iter().for_each(|n| tx.reply(Reply::Dashboard(Box::new(n)))),
                Err(error) => tx.reply(Reply::LedgerTrouble(Failed::Other, error)),
            }
        }
        Effect::LoadRemembered => {
            let remembered = on_ledger(&place.ports, move |ledger| {
                Ok::<_, LedgerError>(Reply::Remembered {
                    draft: take_draft(ledger, &account, &[])?,
                    qr: kept::<QrWish>(ledger, QR)?.unwrap_or_default(),
                    defaults: kept::<Defaults>(ledger, &key(DEFAULTS, &account))?.unwrap_or_default(),
                })
            });
            answer(&tx, Failed::Drafts, remembered.await);
        }
        Effect::LookForDraft(except) => {
            let found = on_ledger(&place.ports, move |ledger| take_draft(ledger, &account, &except));
            answer(&tx, Failed::Drafts, found.await.map(Reply::Draft));
        }
        Effect::KeepDraft(draft) => {
            // It has an id from its beginning, and it is text.
            let (Some(id), Ok(text)) = (draft.id, serde_json::to_string(&draft)) else { return };
            let done = on_ledger(&place.ports, move |ledger| ledger.keep_draft(&account, id, &text));
            trouble(&tx, Failed::Draft(id), done.await);
        }
        Effect::ForgetDraft(id) => {
            let done = on_ledger(&place.ports, move |ledger| ledger.forget_draft(&account, id));
            trouble(&tx, Failed::Other, done.await);
        }
        Effect::KeepDefaults(defaults) => {
            let text = serde_json::to_string(&defaults).ok();
            let done = on_ledger(&place.ports, move |l| l.put(&key(DEFAULTS, &account), text.as_deref()));
            trouble(&tx, Failed::Other, done.await);
        }
        Effect::KeepQr(qr) => {
            let text = serde_json::to_string(&qr).ok();
            let done = on_ledger(&place.ports, move |ledger| ledger.put(QR, text.as_deref()));
            trouble(&tx, Failed::Other, done.await);
        }
        Effect::ProposeReference => {
            let (template, day) = (place.template.clone(), now.at.to_zoned(now.zone).date());
            let proposed = on_ledger(&place.ports, move |l| l.next_reference(&account, &template, day)).await;
            answer(&tx, Failed::Proposal, proposed.map(|r| Reply::Reference(r.as_str().to_owned())));
        }
        Effect::CheckReference(text) => {
            let Ok(reference) = Reference::parse(&text) else { return };
            let used =
                on_ledger(&place.ports, move |ledger| ledger.reference_used(&account, &reference)).await;
            answer(&tx, Failed::Other, used.map(|used| Reply::ReferenceUsed(text, used)));
        }
        Effect::Find { ticket, search, filter, offset } => {
            let found = on_ledger(&place.ports, move |l| find(l, &account, &search, filter, offset)).await;
            let found = found.map(|(rows, total, all)| Reply::Found { ticket, rows, offset, total, all });
            answer(&tx, Failed::List(ticket), found);
        }
        Effect::LoadProfile => {
            tx.reply(Reply::Profile(place.ports.gateway.profile().await));
            clock(&place.ports, &tx);
        }
        Effect::Knock => {
            tx.reply(Reply::Knocked(place.ports.gateway.profile_anew().await));
            clock(&place.ports, &tx);
        }
        Effect::LoadLink(id) => load_link(&place, id, &tx).await,
        Effect::Copy(text) => {
            let desktop = place.ports.desktop.clone();
            tx.reply(Reply::Copied(blocking(move || desktop.copy(&text)).await.is_ok()));
        }
        Effect::OpenPage(url) => {
            let desktop = place.ports.desktop.clone();
            tx.reply(Reply::PageOpened(blocking(move || desktop.open_page(&url)).await.is_ok()));
        }
        Effect::OpenMail(id) => {
            let mail = match mail(&place, id, &now).await {
                Ok(Some(mail)) => mail,
                Ok(None) => return,
                Err(error) => return tx.reply(Reply::LedgerTrouble(Failed::Other, error)),
            };
            let desktop = place.ports.desktop.clone();
            let opened = blocking(move || desktop.open_mail(&mail)).await.is_ok();
            if opened {
                trouble(&tx, Failed::Other, ops::mail::note_opened(&place.ports, id).await);
            }
            tx.reply(Reply::MailOpened(id, opened));
        }
        Effect::CopyMail(id) => match mail(&place, id, &now).await {
            Ok(Some(mail)) => tx.copy(format!("{}\n\n{}", mail.subject, mail.text)),
            Ok(None) => {}
            Err(error) => tx.reply(Reply::LedgerTrouble(Failed::Other, error)),
        },
        Effect::Play(session, what) => {
            if let Some(customer) = &place.customer {
                tx.reply(Reply::Played(customer.play(&session, what).await));
            }
        }
        effect => on_backend(effect, place, now, tx).await,
    }
}

fn key(name: &str, account: &str) -> String {
    format!("{name}:{account}")
}

/// A value kept as JSON. One that a newer version wrote in another form counts as none.
fn kept<T: serde::de::DeserializeOwned>(ledger: &dyn Ledger, key: &str) -> Result<Option<T>, LedgerError> {
    Ok(ledger.get(key)?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// A draft to go on with that nobody else is at.
fn take_draft(
    ledger: &dyn Ledger,
    account: &str,
    except: &[LinkId],
) -> Result<Option<Box<Draft>>, LedgerError> {
    let read = |text: &str| serde_json::from_str::<Draft>(text).ok();
    let mut except = except.to_vec();
    loop {
        let taken =
            ledger.take_draft(account, &except, &mut |text| read(text).map(|draft| draft.has_content()))?;
        let Some((id, draft)) = taken.and_then(|(id, text)| Some((id, read(&text)?))) else {
            return Ok(None);
        };
        if let Some(link) = draft.in_place_of
            && !outbox::draft_is_the_sale(ledger, link)?
        {
            // The program ended before that link was out of the outbox: the sale is in there, as it was.
            ledger.forget_draft(account, id)?;
            except.push(id);
            continue;
        }
        return Ok(Some(Box::new(Draft { id: Some(id), ..draft })));
    }
}

fn find(
    ledger: &dyn Ledger,
    account: &str,
    search: &str,
    chosen: ListFilter,
    offset: u32,
) -> Result<(Vec<LinkRow>, u64, u64), LedgerError> {
    let filter = LinkFilter {
        search: Some(search.trim().to_owned()).filter(|s| !s.is_empty()),
        states: chosen.states(),
        alarmed: chosen.alarmed(),
        asking: chosen.asking(),
        limit: Some(PAGE),
        offset,
        ..LinkFilter::default()
    };
    let (rows, total) = (ledger.rows(account, &filter)?, ledger.count(account, &filter)?);
    // With one restriction less, as the key that shows all goes about it.
    let all = if chosen == ListFilter::All && filter.search.is_none() {
        total
    } else {
        let search = filter.search.filter(|_| chosen != ListFilter::All);
        ledger.count(account, &LinkFilter { search, ..LinkFilter::default() })?
    };
    Ok((rows, total, all))
}

/// The mail with the link's address; `None`: it has none.
async fn mail(place: &Workplace, id: LinkId, now: &Now) -> Result<Option<Mail>, LedgerError> {
    let Some(link) = on_ledger(&place.ports, move |ledger| ledger.link(id)).await? else { return Ok(None) };
    let to = match &link.sale.delivery {
        crate::domain::sale::Delivery::Email(to) => Some(to.clone()),
        _ => None,
    };
    let words = place.customer_texts.mail(&place.shop.merchant_name, &link, &now.zone);
    Ok(words.map(|(subject, text)| Mail { to, subject, text }))
}

/// Sends an answer, or says what the ledger has `failed` at.
pub(super) fn answer(tx: &Sender, failed: Failed, result: Result<Reply, LedgerError>) {
    match result {
        Ok(reply) => tx.reply(reply),
        Err(error) => tx.reply(Reply::LedgerTrouble(failed, error)),
    }
}

fn trouble(tx: &Sender, failed: Failed, result: Result<(), LedgerError>) {
    if let Err(error) = result {
        tx.reply(Reply::LedgerTrouble(failed, error));
    }
}

/// Effects that go to the backend, after the ledger knows what is meant.
async fn on_backend(effect: Effect, place: Workplace, now: Now, tx: Sender) {
    let ports = &place.ports;
    // A round of the tracker tells the clock itself.
    let answers = matches!(
        effect,
        Effect::Flush(_)
            | Effect::SendWaiting(..)
            | Effect::SendAgain(_)
            | Effect::SendRefused(_)
            | Effect::Cancel(_)
    );
    let tell = (place.ports.clone(), tx.clone());
    match effect {
        Effect::Submit(id, sale, asked) => submit(place, id, *sale, asked, tx).await,
        Effect::Flush(Some(id)) => sent(id, outbox::send_now(ports, id).await, &tx),
        Effect::Flush(None) => flushed(outbox::flush(ports, &place.shop.account_id, now.at).await, &tx),
        Effect::SendWaiting(id, kind) => {
            waited::sent(id, outbox::send_link_now(ports, id, kind).await, &tx);
        }
        Effect::Drop(id, what) => waited::dropped(id, outbox::give_up(ports, id, what).await, &tx),
        Effect::SendAll => flushed(outbox::flush_all(ports, &place.shop.account_id).await, &tx),
        Effect::SendRefused(id) => sent(id, outbox::decide(ports, id, Decision::SendRefused).await, &tx),
        Effect::SendAgain(id) => sent(id, outbox::decide(ports, id, Decision::SendAgain).await, &tx),
        Effect::Withdraw(id) => sent(id, outbox::withdraw(ports, id).await, &tx),
        Effect::Change(id, draft) => {
            // It has an id from its beginning, and it is text.
            let (Some(as_draft), Ok(text)) = (draft.id, serde_json::to_string(&draft)) else { return };
            let done = outbox::take_back(ports, id, as_draft, text).await;
            let told = done.map(|sent| Reply::Changed(Box::new(sent.link), sent.fault, draft));
            answer(&tx, Failed::Doing(id), told);
        }
        Effect::Cancel(id) => {
            let done = cancel::cancel(ports, id).await.map(|Cancelling { link, end }| {
                let trouble = match end {
                    CancelEnd::Cancelled => None,
                    CancelEnd::HasMoney => Some(CancelTrouble::HasMoney),
                    CancelEnd::AlreadyEnded => Some(CancelTrouble::AlreadyEnded),
                    CancelEnd::Later { fault, .. } => Some(CancelTrouble::Later(fault)),
                    CancelEnd::Refused(fault) => Some(CancelTrouble::Refused(fault)),
                };
                Reply::Cancelled(Box::new(link), trouble)
            });
            answer(&tx, Failed::Doing(id), done);
        }
        Effect::SignIn => {
            ports.gateway.insist();
            tx.reply(Reply::SignedIn(ports.gateway.sign_in().await));
        }
        Effect::Track { batch, singles } => {
            let round = track::refresh(ports, batch, singles).await.map(|round| {
                if !round.strange.is_empty() {
                    tx.reply(Reply::Strange(round.strange.into_iter().map(|(id, _)| id).collect()));
                }
                Reply::Tracked {
                    changed: round.changed,
                    gone: round.gone,
                    there: round.there,
                    fault: round.fault,
                    skew: ports.gateway.clock_skew().as_secs(),
                    requests: round.requests,
                }
            });
            answer(&tx, Failed::Round, round);
        }
        Effect::Settle(id, seen) => {
            let settled = on_ledger(ports, move |ledger| ledger.amend(id, &mut |link| link.deal_with(&seen)));
            match settled.await {
                Ok(_) => load_link(&place, id, &tx).await,
                Err(error) => tx.reply(Reply::LedgerTrouble(Failed::Other, error)),
            }
        }
        // Handled by the loop itself or before; listed so that a new effect can't be forgotten.
        Effect::LoadDashboard
        | Effect::LoadIfChanged(_)
        | Effect::LoadRemembered
        | Effect::LookForDraft(_)
        | Effect::KeepDraft(_)
        | Effect::ForgetDraft(_)
        | Effect::KeepDefaults(_)
        | Effect::KeepQr(_)
        | Effect::ProposeReference
        | Effect::CheckReference(_)
        | Effect::LoadProfile
        | Effect::Knock
        | Effect::LoadLink(_)
        | Effect::Find { .. }
        | Effect::Copy(_)
        | Effect::OpenMail(_)
        | Effect::CopyMail(_)
        | Effect::OpenPage(_)
        | Effect::Play(..)
        | Effect::SetUp(_)
        | Effect::UseSandbox
        | Effect::Wake(..)
        | Effect::Unwake(_)
        | Effect::Bell
        | Effect::Redraw
        | Effect::Suspend
        | Effect::Quit => {}
    }
    if answers {
        clock(&tell.0, &tell.1);
    }
}

/// Tells how far apart the clocks are, by the answer that just came: a wrong one matters also to who has no link
/// that is followed.
fn clock(ports: &Ports, tx: &Sender) {
    tx.reply(Reply::Clock(ports.gateway.clock_skew().as_secs()));
}

/// Keeps the sale durably, says so, and has it sent: the sending has a task of its own, so that the end of
/// the program waits for the first and not for the second.
async fn submit(place: Workplace, id: LinkId, sale: Sale, asked: Timestamp, tx: Sender) {
    let link = match Link::queued(id, place.shop.account_id.clone(), sale, asked) {
        Ok(link) => link,
        Err(error) => {
            let odd = LedgerError::Database(error.to_string());
            return tx.reply(Reply::Kept(Err(KeepError::Ledger(odd))));
        }
    };
    match outbox::keep(&place.ports, link, false).await {
        Ok(()) => {}
        Err(LedgerError::ReferenceUsed(_)) => return tx.reply(Reply::Kept(Err(KeepError::ReferenceUsed))),
        Err(LedgerError::LinkKept(_)) => return tx.reply(Reply::Kept(Err(KeepError::LinkKept))),
        Err(error) => return tx.reply(Reply::Kept(Err(KeepError::Ledger(error)))),
    }
    tx.reply(Reply::Kept(Ok(id)));
    let (busy, back) = (tx.busy(), tx.clone());
    tx.work(async move {
        sent(id, outbox::send_now(&place.ports, id).await, &back);
        clock(&place.ports, &back);
        drop(busy);
    });
}

fn flushed(result: Result<Vec<(LinkId, Sent)>, LedgerError>, tx: &Sender) {
    match result {
        Ok(all) => all.into_iter().for_each(|(id, one)| sent(id, Ok(one), tx)),
        Err(error) => tx.reply(Reply::LedgerTrouble(Failed::Other, error)),
    }
}

fn sent(id: LinkId, result: Result<Sent, LedgerError>, tx: &Sender) {
    let told = result.map(|sent| {
        let asked = sent.fault.is_some() || sent.outcome.was_asked();
        let link = Box::new(sent.link);
        if asked { Reply::Sent(link, sent.fault) } else { Reply::Stands(link) }
    });
    answer(tx, Failed::Doing(id), told);
}

async fn load_link(place: &Workplace, id: LinkId, tx: &Sender) {
    let account = place.shop.account_id.clone();
    let found = on_ledger(&place.ports, move |ledger| {
        let entries = ledger.outbox(&account)?.into_iter().filter(|e| e.link == id).collect();
        Ok(ledger.link(id)?.map_or(Reply::NoLink(id), |link| Reply::Link(Box::new(link), entries)))
    });
    answer(tx, Failed::Reading(id), found.await);
}
