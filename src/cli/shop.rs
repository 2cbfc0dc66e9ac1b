//! A command's workplace: config, ledger and backend, opened and closed; what waits is sent, what came of it printed.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::failure::{Failure, Status};
use super::human::View;
use super::json::LinkJson;
use super::{Note, Run, asynchronous, backup};
use crate::config::Config;
use crate::domain::cause::{Cause, Plain};
use crate::domain::link::{Link, LinkId, LinkState};
use crate::i18n::Texts;
use crate::ops::on_ledger;
use crate::ops::outbox::{self, Sent};
use crate::ops::patience::Patience;
use crate::ports::{CLOCK_OFF_SECONDS, Fault, LedgerError, OutboxEntry, OutboxKind, Persist, Ports};
use crate::wiring::workplace::kept_sandbox;
use crate::wiring::{self, embedded::Embedded};

/// A command waits at most this long in the foreground (contracts, 1).
pub const PATIENCE: Duration = Duration::from_secs(30);
/// What can't be reached in this time is printed as it is known here.
const A_FEW_SECONDS: Duration = Duration::from_secs(5);
/// Who wants to see a list sees it in this time, whatever the backend does,
const AT_ONCE: Duration = Duration::from_millis(2800);
/// and up to this of it is for what waits to be sent,
const SENDING_AT_ONCE: Duration = Duration::from_millis(1500);
/// which is begun no later than this: there is time to hear of it, as a rule. What has left is stayed for as with any command.
const BEGINNING_AT_ONCE: Duration = Duration::from_secs(1);
/// A second word about the time of day is not worth more than this.
const A_MOMENT: Duration = Duration::from_secs(2);
/// So long a command waits for what waited before it: after that it does what it was asked for.
const FIRST: Duration = Duration::from_secs(3);
/// So long a command begins to send what waited before it.
const BEGINNING: Duration = Duration::from_secs(4);
/// So long, from its beginning, a command stays for what it has begun of that. Enough for a slow backend; one that is stuck must
/// not hold up the seller, who has had the answer.
const STAYS: Duration = Duration::from_secs(12);

/// A shop that is open for one command.
pub struct Shop<'a> {
    /// The run.
    pub run: &'a Run,
    /// The config.
    pub config: Config,
    /// The edges.
    pub ports: Ports,
    /// The requests of the outbox that are under way, and since when.
    sending: Option<(Instant, JoinHandle<Result<Sending, LedgerError>>)>,
    /// What waits in the outbox could not be sent, because nobody answered in time.
    unsent: bool,
    /// Somebody wants to see what there is, at once.
    at_once: bool,
    /// Since when somebody waits.
    opened: Instant,
    /// What it's opened for.
    access: Access,
    /// Nothing can be kept now, and that was told.
    keeps_nothing: Cell<bool>,
    /// The damaged ledger of which was told.
    damaged: RefCell<Option<PathBuf>>,
    /// Why the links that were named last are not known as they are at the backend, if so.
    pub(super) unread: RefCell<Option<Fault>>,
    /// The backend of a profile with `sandbox = true`, served while the command runs unless another
    /// paylink serves it.
    sandbox: Option<Embedded>,
}

/// What became of sending what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sending {
    /// All of it was tried, as far as there was time.
    Tried,
    /// Nothing was: nobody answered in time.
    NotInTime,
}

/// Whether a command can do without a client secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// Without one nothing can be done: wrong before anything is kept.
    Needed,
    /// Without one what is known here is printed.
    Wished,
    /// Nobody is asked.
    Unused,
}

/// What a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// To change something: where nothing can be kept nothing is begun.
    Change,
    /// To show what is known: also where nothing can be kept.
    Read,
}

/// Opens a shop, does `work` in it, and closes it again, whatever came of it.
///
/// # Errors
/// The shop can't be opened, or what `work` says.
pub fn in_shop<'a, T>(
    run: &'a Run,
    secret: Secret,
    work: impl AsyncFnOnce(&mut Shop<'a>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    in_shop_to(Access::Change, run, secret, work)
}

/// The same for a command that shows what is known, also where the ledger can't be written.
///
/// # Errors
/// The shop can't be opened, or what `work` says.
pub fn in_shop_to_read<'a, T>(
    run: &'a Run,
    secret: Secret,
    work: impl AsyncFnOnce(&mut Shop<'a>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    in_shop_to(Access::Read, run, secret, work)
}

fn not_in_time(fault: &Fault) -> bool {
    fault.cause == Cause::Plain(Plain::NotInTime)
}

fn in_shop_to<'a, T>(
    access: Access,
    run: &'a Run,
    secret: Secret,
    work: impl AsyncFnOnce(&mut Shop<'a>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    asynchronous(run.texts(), async {
        let mut shop = Shop::open(run, secret, access).await?;
        let done = work(&mut shop).await;
        shop.close().await;
        done
    })
}

impl<'a> Shop<'a> {
    /// Opens the shop.
    ///
    /// # Errors
    /// No config, no secret where one is needed, no ledger.
    async fn open(run: &'a Run, secret: Secret, access: Access) -> Result<Self, Failure> {
        let t = run.texts();
        let opened = Instant::now();
        for warning in &run.config()?.warnings {
            let said = t.t_args("cli-warning", &[("what", t.say(warning).into_owned().into())]);
            run.note(&Note::new("config_warning", said));
        }
        let mut config = run.config()?.clone();
        let places = run.places()?;
        let mut sandbox = None;
        let source = match secret {
            _ if config.profile.sandbox => {
                let (sandboxed, secret, embedded) = kept_sandbox(&config, &places.data_dir)
                    .await
                    .map_err(|e| super::app::not_opened(t, &e))?;
                config = sandboxed;
                sandbox = Some(embedded);
                wiring::secret_now(secret)
            }
            Secret::Needed => {
                let (profile, env) = (config.profile.clone(), run.env.clone());
                let found = crate::ops::blocking(move || wiring::secret(&profile, &env)).await;
                let (found, _) = found.map_err(|why| not_signed_in(t, &t.say(&why)))?;
                wiring::secret_now(found)
            }
            Secret::Wished | Secret::Unused => wiring::secret_later(&config.profile, &run.env),
        };
        let (profile, folder) = (config.profile.clone(), places.data_dir.clone());
        let open = move || match access {
            Access::Change => wiring::ports(&profile, source, &folder).map(|ports| (ports, None)),
            Access::Read => wiring::ports_to_read(&profile, source, &folder),
        };
        let (mut ports, why) = crate::ops::blocking(open).await.map_err(|e| Failure::ledger(t, &e))?;
        ports.persist = Persist::until(opened + PATIENCE);
        let keeps_nothing = Cell::new(false);
        let shop = Self {
            run,
            config,
            ports,
            sending: None,
            unsent: false,
            at_once: false,
            opened,
            access,
            keeps_nothing,
            damaged: RefCell::default(),
            unread: RefCell::default(),
            sandbox,
        };
        if let Some(why) = why {
            shop.shown_only(&why);
        }
        shop.say_what_was_damaged().await?;
        Ok(shop)
    }

    /// How much longer this command may hold up the seller.
    #[must_use]
    pub fn patience(&self) -> Duration {
        PATIENCE.saturating_sub(self.opened.elapsed())
    }

    /// From now on this shows what there is at once, up to date or not.
    pub(super) const fn show_at_once(&mut self) {
        self.at_once = true;
    }

    /// How much longer something is waited for that usually has so much time.
    pub(super) fn time_for(&self, usual: Duration) -> Duration {
        if self.at_once { usual.min(AT_ONCE.saturating_sub(self.opened.elapsed())) } else { usual }
    }

    /// Whether something may have happened to what waits that isn't known yet, or could not happen.
    pub(super) const fn sends_late(&self) -> bool {
        self.unsent || self.sending.is_some()
    }

    /// The words.
    #[must_use]
    pub const fn texts(&self) -> Texts {
        self.run.texts()
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.config.profile.account_id
    }

    /// A failure of the ledger.
    #[must_use]
    pub fn ledger_failure(&self, error: &LedgerError) -> Failure {
        Failure::ledger(self.texts(), error)
    }

    /// Whether what is known is to be shown although `error` keeps it from being written; which is told once.
    pub(super) fn shows_all_the_same(&self, error: &LedgerError) -> bool {
        let shows = self.access == Access::Read && error.keeps_nothing();
        if shows {
            self.shown_only(error);
        }
        shows
    }

    fn shown_only(&self, why: &LedgerError) {
        if self.keeps_nothing.replace(true) {
            return;
        }
        let Failure { message, hint, .. } = self.ledger_failure(why);
        let said = self.texts().t_args("cli-shown-only", &[("why", message.into())]);
        self.run.note(&Note::new("nothing_kept", said).hint(hint));
    }

    /// A ledger that was found to be damaged is said to have been: by whoever finds it, and by others for as long as the
    /// damaged file is kept. Once by each.
    ///
    /// # Errors
    /// The ledger's.
    pub(super) async fn say_what_was_damaged(&self) -> Result<(), Failure> {
        let Some(rescue) = self.ask(|ledger| ledger.rescue()).await?.filter(|r| !r.restored) else {
            return Ok(());
        };
        if self.damaged.replace(Some(rescue.kept.clone())).as_ref() != Some(&rescue.kept) {
            self.run.note(&Note::new("ledger_damaged", backup::told(self.run, &rescue)));
        }
        Ok(())
    }

    /// Asks the ledger.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn crate::ports::Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, Failure> {
        on_ledger(&self.ports, work).await.map_err(|e| self.ledger_failure(&e))
    }

    /// Sends what is due in the outbox now.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn flush(&mut self) -> Result<(), Failure> {
        self.flush_due(self.ports.clock.now()).await
    }

    /// Sends what was due in the outbox at `now`, in the background, and waits for it a few seconds. A link is begun
    /// only while there is time to hear that it was made; what takes longer all the same is cut off when the command has
    /// done its own work and a while has passed, and left as a crash would leave it: see [`Shop::close`].
    ///
    /// # Errors
    /// The ledger's.
    pub async fn flush_due(&mut self, now: Timestamp) -> Result<(), Failure> {
        let account = self.account().to_owned();
        let waiting = self.ask(move |l| l.outbox(&account)).await?;
        if self.keeps_nothing.get() || !waiting.iter().any(|e| outbox::goes_by_hand(e, now)) {
            return self.say_what_waits(now).await;
        }
        let (ports, account) = (self.ports.clone(), self.account().to_owned());
        // One that is begun is to have the time to end.
        let (beginning, waits) = if self.at_once {
            (BEGINNING_AT_ONCE.saturating_sub(self.opened.elapsed()), self.time_for(SENDING_AT_ONCE))
        } else {
            (BEGINNING, FIRST)
        };
        let beginning = Patience::new(beginning);
        let begun = Instant::now();
        let mut sending = tokio::spawn(async move {
            let sent = outbox::flush_by_hand(&ports, &account, now, beginning).await;
            let late = |sent: &Sent| sent.fault.as_ref().is_some_and(not_in_time);
            sent.map(|sent| {
                if sent.iter().any(|(_, sent)| late(sent)) { Sending::NotInTime } else { Sending::Tried }
            })
            .inspect_err(|error| tracing::warn!(%error, "the outbox could not be sent"))
        });
        match timeout(waits, &mut sending).await {
            Ok(Ok(Err(error))) => {
                self.shows_all_the_same(&error);
            }
            Ok(Ok(Ok(Sending::NotInTime))) => self.unsent = true,
            Ok(_) => {}
            Err(_) => self.sending = Some((begun, sending)),
        }
        self.say_what_waits(now).await
    }

    /// What could not be sent and waits is said: how much, and when the next try is due.
    async fn say_what_waits(&self, now: Timestamp) -> Result<(), Failure> {
        let account = self.account().to_owned();
        let mut waiting = self.ask(move |l| l.outbox(&account)).await?;
        // What is due goes with another process; what was not tried yet, with the command itself.
        let waits = |e: &OutboxEntry| e.kind.asked_for() && !e.needs_decision && e.last_error.is_some();
        waiting.retain(|e| waits(e) && !e.is_due(now));
        let Some(next) = waiting.iter().map(|e| e.next_at).min() else { return Ok(()) };
        let view = self.run.view();
        let when = self.texts().moment(next, view.now, &view.zone);
        let args = [("count", waiting.len().into()), ("when", when.into())];
        self.run.note(&Note::new("waiting", self.texts().t_args("cli-waiting", &args)));
        Ok(())
    }

    /// How long a question may take. Where what waits is stuck, this will hardly be answered.
    pub(super) fn a_few_seconds(&self) -> Duration {
        let stuck = self.sending.as_ref().is_some_and(|(_, sending)| !sending.is_finished());
        self.time_for(if stuck { A_MOMENT } else { A_FEW_SECONDS })
    }

    /// Waits a while for the requests of the outbox that are under way: cut off, their outcome is unknown, and the backend
    /// is asked before anything is sent again.
    async fn close(mut self) {
        if let Some((begun, sending)) = self.sending.take() {
            let _ = timeout(STAYS.saturating_sub(begun.elapsed()), sending).await;
        }
        let _ = timeout(A_MOMENT, self.say_what_was_damaged()).await;
        if let Some(sandbox) = self.sandbox {
            // It answers no request now, and what it was told is on the disk.
            drop(sandbox);
        }
    }

    /// A link that is kept.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn link(&self, id: LinkId) -> Result<Link, Failure> {
        let link = self.ask(move |l| l.link(id)).await?;
        link.ok_or_else(|| Failure::internal(self.texts(), format!("the link {id} is gone")))
    }

    /// The same, where there may be others to go on with. `None`: what was sold can't be read.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn readable(&self, id: LinkId) -> Result<Option<Link>, Failure> {
        match on_ledger(&self.ports, move |l| l.link(id)).await {
            Ok(Some(link)) => Ok(Some(link)),
            Ok(None) => Err(Failure::internal(self.texts(), format!("the link {id} is gone"))),
            Err(LedgerError::Unreadable { .. }) => Ok(None),
            Err(error) => Err(self.ledger_failure(&error)),
        }
    }

    /// The link's entry in the outbox.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn entry(&self, id: LinkId, kind: OutboxKind) -> Result<Option<OutboxEntry>, Failure> {
        let account = self.account().to_owned();
        let all = self.ask(move |l| l.outbox(&account)).await?;
        Ok(all.into_iter().find(|e| e.link == id && e.kind == kind))
    }

    /// Whether a lost session of the link is being looked for, as far as that can be read.
    pub async fn looks_for(&self, id: LinkId) -> bool {
        self.entry(id, OutboxKind::Look).await.is_ok_and(|entry| entry.is_some())
    }

    /// Says that a link which was given up may have been made, if it's so.
    pub async fn say_what_is_left(&self, link: &Link) {
        if link.state == LinkState::Cancelled && self.looks_for(link.id).await {
            let t = self.texts();
            let args = [("reference", link.sale.reference.as_str().into())];
            let said = t.t_args("cli-given-up", &args);
            self.run.note(&Note::new("perhaps_made", said).hint(t.t("cli-given-up-hint")));
        }
    }

    /// How people see links now: their ends by the backend's clock, as far as it is known.
    #[must_use]
    pub fn view(&self) -> View {
        let view = self.run.view();
        let theirs = view.now.checked_add(self.ports.gateway.clock_skew()).unwrap_or(view.now);
        View { theirs, ..view }
    }

    /// Says that this machine's clock is wrong, if what was answered so far tells so. Asks for a second word where it
    /// takes one, and not for long.
    pub async fn say_if_the_clock_is_off(&self) {
        let gateway = &self.ports.gateway;
        let heard = timeout(self.time_for(A_MOMENT), gateway.clock_heard()).await;
        let skew = heard.unwrap_or_else(|_| gateway.clock_skew());
        if skew.as_secs().abs() >= CLOCK_OFF_SECONDS {
            let t = self.texts();
            let key = if skew.is_positive() { "cli-clock-behind" } else { "cli-clock-ahead" };
            let said = t.t_args(key, &[("span", t.span(skew).into())]);
            self.run.note(&Note::new("clock", said).hint(t.t("doctor-clock-hint")));
        }
    }

    /// Prints a link: an object on a line, or a block for people.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn print(&self, link: &Link) -> Result<(), Failure> {
        if self.run.output.json {
            return self.run.output.line(&LinkJson::from(link).line());
        }
        self.run.output.line(&self.view().block(link))
    }

    /// Prints the link that came of a command, and says what is wrong, if anything. Where nothing was done and nothing
    /// waits, there is no result (contracts, 1).
    ///
    /// # Errors
    /// What is wrong, or standard output is closed.
    pub fn outcome(&self, link: &Link, wrong: Option<Failure>) -> Result<Status, Failure> {
        let Some(wrong) = wrong else {
            self.print(link)?;
            return Ok(Status::Done);
        };
        if wrong.status.has_result() {
            // That nobody reads it makes nothing less wrong.
            let _ = self.print(link);
        }
        Err(wrong)
    }

    /// The ledger failed once what was asked for was kept: it may have gone out, or may go out later, so it's no wrong
    /// input, and asking for it anew could do it twice (contracts, 1: status 7). The link is printed as it is known.
    ///
    /// # Errors
    /// That.
    pub fn perhaps_sent(&self, link: &Link, error: &LedgerError) -> Result<Status, Failure> {
        self.outcome(link, Some(self.perhaps(link, self.ledger_failure(error).message)))
    }

    /// The same where the link has been printed.
    #[must_use]
    pub fn perhaps(&self, link: &Link, why: String) -> Failure {
        let t = self.texts();
        let args = [("reference", link.sale.reference.as_str().into()), ("why", why.into())];
        let said = t.t_args("cli-perhaps-sent", &args);
        Failure::new(Status::Unknown, "outcome_unknown", said, t.t("cli-perhaps-sent-hint"))
    }

    /// Prints what changed about a link that was printed before.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn print_change(&self, link: &Link) -> Result<(), Failure> {
        if self.run.output.json {
            return self.run.output.line(&LinkJson::from(link).line());
        }
        self.run.output.line(&self.run.view().change(link))
    }
}

/// There is no secret, and why.
fn not_signed_in(texts: Texts, why: &str) -> Failure {
    Failure::new(
        Status::SignIn,
        "not_signed_in",
        texts.t_args("cli-no-secret-because", &[("why", why.to_owned().into())]),
        texts.t("cli-not-signed-in-hint"),
    )
}
