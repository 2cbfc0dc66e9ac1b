//! What the dashboard shows of the ledger.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::model::Now;
use crate::app::msg::{DashboardNews, Failed, Reply, Seen};
use crate::ops::signed_in;
use crate::ports::{FOLLOWED_AFTER_END, Ledger, LedgerError, LinkFilter, LinkRow, OutboxEntry, OutboxKind};

/// How many rows the dashboard and a page of the list have.
pub(super) const PAGE: u32 = 100;
/// How many older links the dashboard has beside that, because something waits to be done with them.
const OLDER: usize = 50;

/// What the first frame shows of the ledger: a few milliseconds that save the seller a frame that says
/// "reading". The rest of the page, and what is to be followed, comes after the frame.
pub struct FirstPage(Reply);

impl FirstPage {
    /// Reads it, with as many links as the terminal has `rows`. What goes wrong is told on the screen. Waits for
    /// the disk.
    #[must_use]
    pub fn read(ledger: &dyn Ledger, account_id: &str, at: Timestamp, zone: &TimeZone, rows: u16) -> Self {
        Self(match read(ledger, account_id, at, zone, Part::InSight(rows)) {
            Ok(news) => Reply::Dashboard(Box::new(news)),
            Err(error) => Reply::LedgerTrouble(Failed::Other, error),
        })
    }

    pub(super) fn into_reply(self) -> Reply {
        self.0
    }
}

/// How much of the dashboard is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A page of links, and those to be followed.
    Whole,
    /// As many links as the terminal has rows.
    InSight(u16),
}

/// Reads it.
pub(super) fn read(
    ledger: &dyn Ledger,
    account: &str,
    at: Timestamp,
    zone: &TimeZone,
    part: Part,
) -> Result<DashboardNews, LedgerError> {
    let today = today(at, zone);
    let all = part == Part::Whole;
    let limit = match part {
        Part::Whole => PAGE,
        Part::InSight(rows) => u32::from(rows),
    };
    let filter = LinkFilter { limit: Some(limit), ..LinkFilter::default() };
    let alarms = LinkFilter { alarmed: true, ..filter.clone() };
    // Before the rest: what changes meanwhile is then seen the next time.
    let seen = if all { Some(Seen { version: ledger.version()?, today }) } else { None };
    let alarmed = ledger.rows(account, &alarms)?;
    let outbox = ledger.outbox(account)?;
    let mut rows = ledger.rows(account, &filter)?;
    if all {
        rows.extend(older_that_wait(ledger, &rows, &outbox)?);
    }
    let told = alarmed.len() as u64;
    let raised = alarmed.iter().map(|row| row.alarms.len() as u64).sum();
    // Few links have any.
    let all_known = told < u64::from(limit);
    Ok(DashboardNews {
        seen,
        alarms: if all_known { told } else { ledger.count(account, &alarms)? },
        raised: if all_known { raised } else { ledger.alarms(account)? },
        alarmed,
        rows,
        totals: ledger.totals(account, today)?,
        outbox,
        elsewhere: if all { ledger.waiting_elsewhere(account)? } else { Vec::new() },
        unsettled: if all { followed(ledger, account, at)? } else { Vec::new() },
        unwritable: ledger.unwritable(),
        signed_in: if all { signed_in::told(ledger, account)? } else { None },
        // Last: reading may find out that it is damaged.
        rescue: ledger.rescue()?,
    })
}

/// Links older than those of the page that something waits to be done with, or that the seller is asked about, newest
/// first: a refund is often of a sale of long ago, and what waits is sent or dropped on its link's screen.
fn older_that_wait(
    ledger: &dyn Ledger,
    page: &[LinkRow],
    outbox: &[OutboxEntry],
) -> Result<Vec<LinkRow>, LedgerError> {
    let mut older: Vec<LinkRow> = Vec::new();
    // A link that waits to be made goes out by itself, unless the seller is asked.
    let of_seller =
        |e: &&OutboxEntry| e.kind.asked_for() && (e.kind != OutboxKind::Create || e.needs_decision);
    for entry in outbox.iter().filter(of_seller) {
        if older.len() == OLDER || page.iter().chain(&older).any(|row| row.id == entry.link) {
            continue;
        }
        match ledger.link(entry.link) {
            Ok(link) => older.extend(link.as_ref().map(LinkRow::from)),
            // It is told where it is asked for by name.
            Err(LedgerError::Unreadable { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    older.sort_by_key(|row| std::cmp::Reverse(row.created_at));
    Ok(older)
}

/// The links that are followed, those whose time is over last.
fn followed(ledger: &dyn Ledger, account: &str, at: Timestamp) -> Result<Vec<LinkRow>, LedgerError> {
    let mut rows = ledger.unsettled(account)?;
    rows.extend(ledger.ended_since(account, at.checked_sub(FOLLOWED_AFTER_END).unwrap_or(at))?);
    Ok(rows)
}

/// When the day began.
fn today(at: Timestamp, zone: &TimeZone) -> Timestamp {
    at.to_zoned(zone.clone()).start_of_day().map_or(at, |day| day.timestamp())
}

/// What the ledger has, if it is not as it was seen.
pub(super) fn changed(
    ledger: &dyn Ledger,
    account: &str,
    now: &Now,
    seen: Seen,
) -> Result<Option<DashboardNews>, LedgerError> {
    let today = today(now.at, &now.zone);
    if (Seen { version: ledger.version()?, today }) == seen {
        return Ok(None);
    }
    read(ledger, account, now.at, &now.zone, Part::Whole).map(Some)
}
