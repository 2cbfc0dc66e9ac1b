//! `paylink new`: a link without the app.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;
use uuid::Uuid;

use super::args;
use super::seen::Followed;
use super::shop::{Secret, Shop, in_shop};
use super::{Failure, Note, Run, Status, methods, sale};
use crate::domain::clean;
use crate::domain::email::Email;
use crate::domain::expiry::{self, Expiry};
use crate::domain::line::{MAX_LINES, ProductLine};
use crate::domain::link::{Left, Link, LinkId, LinkState};
use crate::domain::method::{Method, resolve_types};
use crate::domain::phone::{Phone, PhoneKind};
use crate::domain::reference::Reference;
use crate::domain::sale::{AddressPlan, Delivery, Sale};
use crate::ops::outbox::{self, Outcome, Sent};
use crate::ops::track;
use crate::ports::{Fault, FaultKind, LedgerError, Overdue, Profile, Reply};
use crate::ui::waiting_words;

/// How long signing in may take before the sale is kept without it.
const SIGN_IN_PATIENCE: Duration = Duration::from_secs(8);
/// How long the payment profile may take before the link is made without knowing its methods' names.
const PROFILE_PATIENCE: Duration = Duration::from_secs(4);

/// Makes a link.
///
/// # Errors
/// Everything of contracts, 1.
pub fn run(run: &Run, args: &args::New) -> Result<Status, Failure> {
    // Wrong input is told before anybody is asked for anything.
    let typed = Typed::read(run, args)?;
    let secret = if args.offline { Secret::Unused } else { Secret::Needed };
    in_shop(run, secret, async |shop| make(shop, args, typed).await)
}

/// The options, understood.
struct Typed {
    lines: Vec<ProductLine>,
    methods: crate::domain::method::MethodChoice,
    reference: Option<Reference>,
    /// When it was asked for: `expires_at` is counted from it.
    asked: Timestamp,
    expires_at: Timestamp,
    /// What gave that.
    expires: Expiry,
    address: AddressPlan,
    delivery: Delivery,
    auto_capture: bool,
}

impl Typed {
    fn read(run: &Run, args: &args::New) -> Result<Self, Failure> {
        let t = run.texts();
        let profile = &run.config()?.profile;
        if args.items.len() > MAX_LINES {
            return Err(sale::option(
                t,
                "new",
                "--item",
                &args.items.len().to_string(),
                &crate::domain::line::LineError::TooManyLines,
            ));
        }
        let lines = args
            .items
            .iter()
            .enumerate()
            .map(|(i, text)| sale::item(text, i + 1, profile.currency, profile.default_vat, t))
            .collect::<Result<Vec<_>, _>>()?;
        let reference = match &args.reference {
            None => None,
            Some(text) => {
                Some(Reference::parse(text).map_err(|e| sale::option(t, "new", "--reference", text, &e))?)
            }
        };
        let zone = super::zone::local();
        let expires = match &args.expires {
            None => profile.default_expiry.clone(),
            Some(text) => {
                Expiry::parse(text, &zone).map_err(|e| sale::option(t, "new", "--expires", text, &e))?
            }
        };
        let asked = Timestamp::now();
        let expires_at = match &expires {
            // Judged by the backend's clock, once that is known.
            Expiry::At(named) => *named,
            length => length
                .moment(asked, &zone)
                .map_err(|e| sale::option(t, "new", "--expires", &length.to_string(), &e))?,
        };
        if let Some(text) = &args.expires
            && let Some(months) = expiry::months_or_minutes(text)
        {
            let moment = t.moment(expires_at, asked, &zone);
            let said = [
                ("given", clean::line_within(text, 20).into()),
                ("count", months.into()),
                ("moment", moment.into()),
            ];
            run.note(&Note::new("months", t.t_args("cli-expires-months", &said)));
        }
        let address = match (&args.address, args.express) {
            (Some(text), _) => AddressPlan::Known(sale::address(text, t)?),
            (None, true) => AddressPlan::Express,
            (None, false) => AddressPlan::None,
        };
        Ok(Self {
            lines,
            methods: methods::choose(&args.methods, profile, t)?,
            reference,
            asked,
            expires_at,
            expires,
            address,
            delivery: delivery(run, args)?,
            auto_capture: match (args.auto_capture, args.no_auto_capture) {
                (true, _) => true,
                (_, true) => false,
                _ => profile.default_auto_capture,
            },
        })
    }
}

fn delivery(run: &Run, args: &args::New) -> Result<Delivery, Failure> {
    let t = run.texts();
    if let Some(text) = &args.sms {
        let phone = Phone::parse(text).map_err(|e| sale::private_option(t, "--sms", &e))?;
        if phone.kind() == PhoneKind::NotMobile {
            let said = t.t_args("cli-not-mobile", &[("phone", phone.masked().into())]);
            run.note(&Note::new("not_mobile", said));
        }
        return Ok(Delivery::Sms(phone));
    }
    match &args.email {
        Some(text) => {
            let email = Email::parse(text).map_err(|e| sale::private_option(t, "--email", &e))?;
            Ok(Delivery::Email(email))
        }
        None => Ok(Delivery::Link),
    }
}

async fn make(shop: &mut Shop<'_>, args: &args::New, mut typed: Typed) -> Result<Status, Failure> {
    let t = shop.texts();
    let (mut signed_in, mut skew) = (false, None);
    if !args.offline {
        // Wrong credentials are told before anything is kept. No connection is no reason to stop.
        match timeout(SIGN_IN_PATIENCE, sign_in(shop, &typed)).await {
            Ok(Err(fault)) if matches!(fault.kind, FaultKind::NotSignedIn | FaultKind::Forbidden) => {
                return Err(Failure::fault(t, &fault));
            }
            Ok(Err(_)) | Err(_) => {}
            Ok(Ok(told)) => (signed_in, skew) = (true, told),
        }
    }
    check_end(shop, &mut typed, skew.unwrap_or_default())?;
    if signed_in {
        check_methods(shop, &mut typed).await?;
    }
    let link = keep(shop, args, typed).await?;
    if args.offline {
        return finish(shop, args, queued(link)).await;
    }
    // What was waiting before goes first; this link is sent by itself, so that its outcome is known.
    let earlier = link.created_at.checked_sub(jiff::SignedDuration::from_millis(1));
    if let Err(trouble) = shop.flush_due(earlier.unwrap_or(link.created_at)).await {
        // What is asked for now is kept, and must not be taken for not done because of what was before it.
        tracing::warn!("what waited could not be sent: {}", trouble.message);
    }
    match send(shop, link.id).await {
        Ok(sent) => finish(shop, args, sent).await,
        Err(error) => shop.perhaps_sent(&link, &error),
    }
}

/// Signs in. Where a moment was named, what the backend's clock differs by is found out as well, if its answers agree.
async fn sign_in(shop: &Shop<'_>, typed: &Typed) -> Result<Option<SignedDuration>, Fault> {
    if typed.expires.is_moment() {
        return shop.ports.gateway.clock_checked().await;
    }
    shop.ports.gateway.sign_in().await.map(|()| None)
}

/// Whether a moment that was named lies ahead, and not too far. That of a length is known already.
fn check_end(shop: &Shop<'_>, typed: &mut Typed, skew: SignedDuration) -> Result<(), Failure> {
    if !typed.expires.is_moment() {
        return Ok(());
    }
    let now = shop.ports.clock.now();
    let theirs = now.checked_add(skew).unwrap_or(now);
    let moment = typed.expires.moment(theirs, &super::zone::local());
    let wrong = |e| sale::option(shop.texts(), "new", "--expires", &typed.expires.to_string(), &e);
    typed.expires_at = moment.map_err(wrong)?;
    Ok(())
}

/// A link for all methods says which those are, if the payment profile can be read at once; and a method that
/// stands for nothing there is wrong input, told before anything is kept.
async fn check_methods(shop: &Shop<'_>, typed: &mut Typed) -> Result<(), Failure> {
    let gateway = &shop.ports.gateway;
    // Where it can't be read, what is wrong is found out when it is sent.
    let Some(types) = types(gateway.profile()).await else { return Ok(()) };
    if typed.methods.whole_profile {
        let types = types.iter().flatten();
        typed.methods.methods = types.filter_map(|t| Method::parse(t).ok()).collect();
        return Ok(());
    }
    let configured = shop.config.profile.methods.clone().unwrap_or_default();
    let chosen = &typed.methods.methods;
    if resolve_types(chosen, types.as_deref(), &configured).is_ok() {
        return Ok(());
    }
    // Nobody is told so by a profile that may have changed since it was read.
    let Some(types) = self::types(gateway.profile_anew()).await else { return Ok(()) };
    let Err(method) = resolve_types(chosen, types.as_deref(), &configured) else {
        return Ok(());
    };
    let t = shop.texts();
    let key = if types.is_some() { "cli-method-not-in-profile" } else { "cli-method-no-type" };
    let args = [("method", method.as_str().to_owned().into())];
    Err(Failure::input("method", t.t_args(key, &args), t.t("cli-method-profile-hint")))
}

/// The types of the payment profile, if it tells any; `None` where it can't be read now.
async fn types(profile: Reply<'_, Result<Profile, Fault>>) -> Option<Option<Vec<String>>> {
    match timeout(PROFILE_PATIENCE, profile).await {
        Ok(Ok(profile)) => Some(Some(profile.types).filter(|types| !types.is_empty())),
        Ok(Err(fault)) if matches!(fault.kind, FaultKind::Forbidden | FaultKind::NotFound) => Some(None),
        Ok(Err(_)) | Err(_) => None,
    }
}

/// Keeps the sale durably, under its reference.
async fn keep(shop: &Shop<'_>, args: &args::New, typed: Typed) -> Result<Link, Failure> {
    let t = shop.texts();
    let account = shop.account().to_owned();
    let reference = match typed.reference.clone() {
        Some(reference) => reference,
        None => {
            let (account, template) = (account.clone(), shop.config.profile.reference_template.clone());
            let today = Timestamp::now().to_zoned(super::zone::local()).date();
            shop.ask(move |l| l.next_reference(&account, &template, today)).await?
        }
    };
    let sale = Sale {
        lines: typed.lines,
        currency: shop.config.profile.currency,
        methods: typed.methods,
        reference: reference.clone(),
        expires_at: typed.expires_at,
        exact_end: typed.expires.is_moment(),
        address: typed.address,
        auto_capture: typed.auto_capture,
        delivery: typed.delivery,
    };
    let sale =
        sale.check().map_err(|e| Failure::input("items", t.say(&e).into_owned(), t.t("cli-item-hint")))?;
    let id = LinkId(Uuid::now_v7());
    // Not the moment now: signing in took its time, and a day is a day.
    let link = Link::queued(id, account, sale, typed.asked)
        .map_err(|e| Failure::input("items", t.say(&e).into_owned(), t.t("cli-item-hint")))?;
    let allow = args.allow_duplicate_reference;
    match outbox::keep(&shop.ports, link.clone(), allow).await {
        Ok(()) => Ok(link),
        Err(LedgerError::ReferenceUsed(_)) if !args.offline => {
            // The link that has it may have ended meanwhile, which only the backend knows.
            bring_up_to_date(shop, &reference).await?;
            outbox::keep(&shop.ports, link.clone(), allow).await.map_err(|e| shop.ledger_failure(&e))?;
            Ok(link)
        }
        Err(error) => Err(shop.ledger_failure(&error)),
    }
}

async fn bring_up_to_date(shop: &Shop<'_>, reference: &Reference) -> Result<(), Failure> {
    let (account, text) = (shop.account().to_owned(), reference.as_str().to_owned());
    let rows = shop.ask(move |l| l.find(&account, &text)).await?;
    let ids = rows.into_iter().filter(|r| r.session_id.is_some()).map(|r| r.id).collect();
    // Not reached: then it stays as it is known here.
    let _ = timeout(Duration::from_secs(5), track::refresh_listed(&shop.ports, ids)).await;
    Ok(())
}

fn queued(link: Link) -> Sent {
    let next_at = link.created_at;
    Sent { link, outcome: Outcome::Queued { next_at }, fault: None }
}

/// Sends it, and waits while another paylink does it.
///
/// # Errors
/// The ledger's: it may have been sent.
pub async fn send(shop: &Shop<'_>, id: LinkId) -> Result<Sent, LedgerError> {
    loop {
        let patience = shop.patience();
        let sent = outbox::send_patiently(&shop.ports, id, patience).await?;
        if sent.outcome != Outcome::Busy || patience.is_zero() {
            return Ok(sent);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Prints the link, waits for the payment if that is wanted, and says how it went.
async fn finish(shop: &Shop<'_>, args: &args::New, sent: Sent) -> Result<Status, Failure> {
    let wrong = if args.offline { Some(kept_back(shop, &sent.link)) } else { failure(shop, &sent).await };
    let sent_well = wrong.is_none();
    shop.say_if_the_clock_is_off().await;
    let told = shop.outcome(&sent.link, wrong);
    // That nobody reads what is printed pays no link: whoever waits is told by the status.
    let Some(seconds) = args.wait.filter(|_| sent_well) else { return told };
    let known = sent.link.clone();
    let patience = Duration::from_secs(seconds);
    let before = sent.link.state;
    let over = |link: &Link| link.paid() || link.state.ended_unpaid() || link.state == LinkState::Refunded;
    let Followed { link, reached } = match shop.follow(sent.link, Some(patience), over, |_| Ok(())).await {
        Ok(followed) => followed,
        Err(trouble) => return Err(shop.perhaps(&known, trouble.message)),
    };
    if link.state != before {
        let _ = shop.print_change(&link);
    }
    if link.paid() {
        return Ok(Status::Done);
    }
    let t = shop.texts();
    let args = [("reference", link.sale.reference.as_str().into()), ("state", t.say(&link.state).into())];
    // What waits here was not sent: that is sure also without the backend.
    let sure = reached || link.state == LinkState::Queued;
    let key = match (link.settled(), sure) {
        (true, true) => "cli-not-paid",
        (true, false) => "cli-not-paid-known",
        (false, true) => "cli-time-up",
        (false, false) => "cli-time-up-known",
    };
    Err(Failure::new(Status::NotPaid, "not_paid", t.t_args(key, &args), t.t("cli-not-paid-hint")))
}

/// With `--offline` the link is in the outbox because that was asked for. The status is that of a link that waits
/// for a connection: for a script it is the same, what was to be sent is kept and not sent yet.
fn kept_back(shop: &Shop<'_>, link: &Link) -> Failure {
    let t = shop.texts();
    let args = [("reference", link.sale.reference.as_str().into())];
    Failure::new(
        Status::Unreachable,
        "kept_in_outbox",
        t.t_args("cli-kept-back", &args),
        t.t("cli-kept-back-hint"),
    )
}

/// What is wrong after trying to send, if anything.
pub async fn failure(shop: &Shop<'_>, sent: &Sent) -> Option<Failure> {
    let t = shop.texts();
    let reference = sent.link.sale.reference.as_str();
    let why = sent.fault.as_ref().map(|f| t.say(&f.cause).into_owned()).unwrap_or_default();
    let named = |key: &'static str| {
        t.t_args(key, &[("reference", reference.to_owned().into()), ("why", why.clone().into())])
    };
    match sent.outcome {
        Outcome::Created | Outcome::Adopted => None,
        Outcome::Already if sent.link.state == LinkState::Cancelled && sent.link.session_id.is_none() => {
            Some(dropped(shop, &sent.link))
        }
        Outcome::Already | Outcome::Busy if !sent.link.state.in_outbox() => None,
        Outcome::Busy => Some(Failure::new(
            Status::Unreachable,
            "being_sent",
            named("cli-being-sent"),
            t.t("cli-being-sent-hint"),
        )),
        Outcome::Queued { .. } | Outcome::Already => {
            let view = shop.view();
            let unreached = sent.fault.as_ref().is_none_or(Fault::unreached);
            let next_at = if let Outcome::Queued { next_at } = sent.outcome { next_at } else { view.now };
            Some(Failure::new(
                Status::Unreachable,
                "unreachable",
                if why.is_empty() { named("cli-queued") } else { named("cli-queued-because") },
                waiting_words::goes_out(next_at, unreached, view.now, &view.zone, t),
            ))
        }
        Outcome::NotAllowed { .. } => {
            let failure = sent.fault.as_ref().map(|f| Failure::fault(t, f).about(reference));
            let message = failure.map_or_else(|| named("cli-queued"), |f| f.message);
            Some(Failure::new(Status::SignIn, "not_allowed", message, t.t("cli-not-allowed-hint")))
        }
        Outcome::Refused => {
            let reason = sent.link.reason.as_deref();
            let message = format!("{reference}: {}", t.refusal(reason));
            let (status, code, hint) = match sent.fault.as_ref().map(|f| f.kind) {
                Some(FaultKind::Untrusted) => (Status::Refused, "untrusted", "cli-untrusted-hint"),
                Some(FaultKind::Forbidden) => (Status::SignIn, "forbidden", "cli-forbidden-hint"),
                _ => (Status::Refused, "refused", "cli-refused-hint"),
            };
            let hint = match sent.link.left(shop.looks_for(sent.link.id).await) {
                Left::ForeignMessage => "cli-foreign-message-hint",
                Left::Foreign => "cli-untrusted-hint",
                Left::Lost => "cli-refused-lost-hint",
                Left::Nothing if hint == "cli-forbidden-hint" => "cli-forbidden-again-hint",
                Left::Nothing if hint == "cli-refused-hint" => "cli-refused-again-hint",
                Left::Past | Left::Nothing => hint,
            };
            Some(Failure::new(status, code, message, t.t(hint)))
        }
        Outcome::Uncertain { needs_decision, .. } => {
            let hint = match needs_decision {
                false => "cli-unknown-hint",
                true => waiting_words::decide_hint(false, &sent.link),
            };
            let key = if why.is_empty() { "cli-uncertain" } else { "cli-uncertain-because" };
            Some(Failure::new(Status::Unknown, "outcome_unknown", named(key), t.t(hint)))
        }
        Outcome::Overdue(why) => {
            let key = match why {
                Overdue::Expired => "cli-overdue-expired",
                Overdue::Old => "cli-overdue-old",
            };
            Some(Failure::new(Status::Unreachable, "waits_for_you", named(key), t.t("cli-overdue-hint")))
        }
        Outcome::Moved | Outcome::InProgress { .. } | Outcome::NotPossible => None,
        Outcome::Cancelled | Outcome::NotCancelled => Some(dropped(shop, &sent.link)),
    }
}

/// Somebody else has withdrawn it before it was made. Where it was in doubt, it may have been made all the same.
fn dropped(shop: &Shop<'_>, link: &Link) -> Failure {
    let t = shop.texts();
    let status = if link.was_in_doubt() { Status::Unknown } else { Status::Input };
    let said = t.t_args("cli-withdrawn", &[("reference", link.sale.reference.as_str().into())]);
    Failure::new(status, "dropped", said, t.t("cli-dropped-hint"))
}
