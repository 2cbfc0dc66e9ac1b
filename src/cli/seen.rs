//! The links that a command is about: found by what is given, brought up to date with the backend, followed.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::shop::Shop;
use super::{Failure, Note};
use crate::domain::cause::{Cause, Plain};
use crate::domain::clean;
use crate::domain::link::{Link, LinkId, LinkState};
use crate::ops::outbox;
use crate::ops::patience::Patience;
use crate::ops::track::{self, Round};
use crate::ports::{Fault, FaultKind, LinkRow, OutboxKind};

/// The last look, when the time is up, may take so long: a payment of the last moment is worth it.
const LAST_LOOK: Duration = Duration::from_secs(2);
/// How many links are named where a text means several.
const NAMED: usize = 5;

impl Shop<'_> {
    /// Brings these links up to date with the backend. What can't be reached in a few seconds is said on
    /// standard error.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn refresh(&self, rows: &[LinkRow]) -> Result<(), Failure> {
        self.unread.take();
        let at_backend: Vec<&LinkRow> = rows.iter().filter(|r| r.session_id.is_some()).collect();
        let asked = async {
            match at_backend.as_slice() {
                [] => Ok(Round::default()),
                // One link is read by itself, with all of its story.
                [only] => track::refresh_one(&self.ports, only.id).await,
                several => {
                    let (settled, open): (Vec<&LinkRow>, _) = several.iter().partition(|r| r.settled());
                    let ids = |rows: Vec<&LinkRow>| rows.into_iter().map(|r| r.id).collect();
                    track::refresh_all(&self.ports, ids(settled), ids(open)).await
                }
            }
        };
        if at_backend.is_empty() && self.sends_late() {
            self.not_in_time();
            return Ok(());
        }
        match timeout(self.a_few_seconds(), asked).await {
            Ok(Ok(round)) => {
                if let Some(fault) = round.fault {
                    self.not_reached(&fault);
                }
                self.gone(rows, &round.gone);
                self.strange(rows, &round.strange);
                Ok(())
            }
            Ok(Err(error)) if self.shows_all_the_same(&error) => Ok(()),
            Ok(Err(error)) => Err(self.ledger_failure(&error)),
            Err(_) => {
                self.not_in_time();
                Ok(())
            }
        }
    }

    /// Links that the backend doesn't know any more look as they did, which must not go unsaid.
    fn gone(&self, rows: &[LinkRow], gone: &[LinkId]) {
        let named = rows.iter().filter(|r| gone.contains(&r.id)).map(|r| r.reference.as_str()).collect();
        if let Some((count, references)) = in_short(named) {
            let args = [("count", count.into()), ("references", references.into())];
            self.run.note(&Note::new("gone", self.texts().t_args("cli-gone", &args)));
        }
    }

    /// The backend was reached, and what it says of these links can't be read.
    fn strange(&self, rows: &[LinkRow], strange: &[(LinkId, Fault)]) {
        let of = |row: &&LinkRow| strange.iter().any(|(id, _)| *id == row.id);
        let named = rows.iter().filter(of).map(|r| r.reference.as_str()).collect();
        let (Some((_, references)), Some((_, fault))) = (in_short(named), strange.first()) else { return };
        self.unread.replace(Some(fault.clone()));
        let why = self.texts().say(&fault.cause);
        let args = [("references", references.into()), ("why", why.into())];
        self.run.note(&Note::new("strange_answer", self.texts().t_args("cli-strange-answer", &args)));
    }

    fn not_in_time(&self) {
        self.not_reached(&Fault::new(FaultKind::NotSent, Cause::Plain(Plain::NotInTime)));
    }

    fn not_reached(&self, fault: &Fault) {
        self.unread.replace(Some(fault.clone()));
        // Only reads are told here: one whose answer was lost did nothing either.
        let kind = if fault.kind == FaultKind::Maybe { FaultKind::NotSent } else { fault.told_as() };
        let said = self.texts().say(&kind);
        let why = format!("{} ({})", said.trim_end_matches('.'), self.texts().say(&fault.cause));
        let args = [("why", why.into())];
        self.run.note(&Note::new("not_up_to_date", self.texts().t_args("cli-not-reached", &args)));
    }

    /// The one link that `text` names, brought up to date unless `offline`.
    ///
    /// # Errors
    /// None or several: wrong input, naming what was meant or near.
    pub async fn named(&mut self, text: &str, offline: bool) -> Result<Link, Failure> {
        if !offline {
            self.flush().await?;
        }
        let mut rows = self.find(text).await?;
        if rows.is_empty() && !offline {
            // Perhaps the id of a transaction that is new to us.
            let account = self.account().to_owned();
            let open = self.ask(move |l| l.unsettled(&account)).await?;
            self.refresh(&open).await?;
            rows = self.find(text).await?;
        }
        let row = match rows.as_slice() {
            [row] => row.clone(),
            [] => return Err(self.no_such_link(text).await?),
            several => return Err(self.several_links(text, several)),
        };
        if !offline {
            self.refresh(std::slice::from_ref(&row)).await?;
        }
        self.link(row.id).await
    }

    async fn find(&self, text: &str) -> Result<Vec<LinkRow>, Failure> {
        let (account, text) = (self.account().to_owned(), text.trim().to_owned());
        self.ask(move |l| {
            let rows = l.find(&account, &text)?;
            if rows.len() < 2 {
                return Ok(rows);
            }
            // One that was taken back before it left this machine, to be changed, or was given up and is looked for no
            // more: there is nothing that could be done with it.
            let waiting = l.outbox(&account)?;
            let never = |row: &LinkRow| {
                row.state == LinkState::Cancelled
                    && row.session_id.is_none()
                    && !waiting.iter().any(|entry| entry.link == row.id)
            };
            let real: Vec<LinkRow> = rows.iter().filter(|row| !never(row)).cloned().collect();
            Ok(if real.len() == 1 { real } else { rows })
        })
        .await
    }

    async fn no_such_link(&self, text: &str) -> Result<Failure, Failure> {
        let (account, wanted) = (self.account().to_owned(), text.trim().to_owned());
        let near = self.ask(move |l| l.near(&account, &wanted)).await?;
        let t = self.texts();
        let named = [("ref", clean::line_within(text, 80).into())];
        let message = t.t_args("cli-no-such-link", &named);
        let near: Vec<&str> = near.iter().map(|r| r.as_str()).take(NAMED).collect();
        let hint = if near.is_empty() {
            t.t("cli-no-such-link-hint").into_owned()
        } else {
            t.t_args("cli-near", &[("near", near.join(", ").into())])
        };
        Ok(Failure::input("no_such_link", message, hint))
    }

    fn several_links(&self, text: &str, rows: &[LinkRow]) -> Failure {
        let t = self.texts();
        let view = self.run.view();
        let mut named: Vec<String> = rows
            .iter()
            .take(NAMED)
            .map(|r| {
                let made = t.moment(r.created_at, view.now, &view.zone);
                format!("{} ({}, {}, {made})", r.id, r.reference, t.say(&r.state))
            })
            .collect();
        if rows.len() > NAMED {
            named.push("…".to_owned());
        }
        let args = [
            ("ref", clean::line_within(text, 80).into()),
            ("count", rows.len().into()),
            ("links", named.join(", ").into()),
        ];
        Failure::input("several_links", t.t_args("cli-several-links", &args), t.t("cli-several-links-hint"))
    }

    /// Follows a link until `done` says so or the patience is over: reads it again and again, less often with
    /// time, and calls `seen` after each change of its state. The link as it is known at the end.
    ///
    /// # Errors
    /// The ledger's, or `seen`'s.
    pub async fn follow(
        &self,
        link: Link,
        patience: Option<Duration>,
        done: impl Fn(&Link) -> bool,
        mut seen: impl FnMut(&Link) -> Result<(), Failure>,
    ) -> Result<Followed, Failure> {
        let patience = Patience::new(patience.unwrap_or(Duration::MAX));
        let mut link = link;
        let mut told = false;
        loop {
            if done(&link) || patience.left().is_zero() {
                return Ok(Followed { link, reached: !told });
            }
            sleep(pause(patience.passed()).min(patience.left())).await;
            let fault = match timeout(patience.left().saturating_add(LAST_LOOK), self.look(&link)).await {
                Ok(looked) => looked?,
                Err(_) => Some(Fault::new(FaultKind::NotSent, Cause::Plain(Plain::NotInTime))),
            };
            match fault {
                // Once, not with every try.
                Some(fault) if !told => {
                    if fault.cause.too_large() {
                        self.strange(&[LinkRow::from(&link)], &[(link.id, fault.clone())]);
                    } else {
                        self.not_reached(&fault);
                    }
                    told = true;
                    obey(&fault, patience).await;
                }
                Some(fault) => obey(&fault, patience).await,
                None => told = false,
            }
            self.say_what_was_damaged().await?;
            let fresh = self.link(link.id).await?;
            if fresh.state != link.state || fresh.alarms != link.alarms {
                seen(&fresh)?;
            }
            link = fresh;
        }
    }

    /// One look at the backend; a link in the outbox is sent when it is due.
    async fn look(&self, link: &Link) -> Result<Option<Fault>, Failure> {
        let looked = if link.state.in_outbox() {
            let due = self.entry(link.id, OutboxKind::Create).await?;
            match due.filter(|e| e.is_due(self.ports.clock.now())) {
                Some(_) => outbox::send_while_watched(&self.ports, link.id).await.map(|sent| sent.fault),
                None => Ok(None),
            }
        } else {
            let round = track::refresh_one(&self.ports, link.id).await;
            round
                .map(|round| round.fault.or_else(|| round.strange.into_iter().next().map(|(_, fault)| fault)))
        };
        looked.or_else(|error| {
            if self.shows_all_the_same(&error) { Ok(None) } else { Err(self.ledger_failure(&error)) }
        })
    }
}

/// How many there are, and the references of the first.
fn in_short(mut references: Vec<&str>) -> Option<(usize, String)> {
    let count = references.len();
    if count > NAMED {
        references.truncate(NAMED);
        references.push("…");
    }
    (count > 0).then(|| (count, references.join(", ")))
}

/// A link that was followed.
pub struct Followed {
    /// As it is known.
    pub link: Link,
    /// Whether the last look reached the backend: if not, the link may have moved on there.
    pub reached: bool,
}

/// Waits as long as the backend asked to be left alone.
async fn obey(fault: &Fault, patience: Patience) {
    let Some(asked) = fault.retry_after else { return };
    sleep(asked.min(patience.left())).await;
}

/// How long until the next look, after so long a time of looking.
fn pause(passed: Duration) -> Duration {
    match passed.as_secs() {
        ..=120 => Duration::from_secs(1),
        121..=900 => Duration::from_secs(3),
        _ => Duration::from_secs(15),
    }
}
