//! A link in the database: written, read and changed.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};

use super::error::Trouble;
use super::search;
use crate::domain::lifecycle::money_vanishes;
use crate::domain::link::{Alarm, DeliveryStatus, EventKind, Link, LinkEvent, LinkId, LinkState, in_order};
use crate::domain::money::{Currency, Money};
use crate::domain::sale::{Delivery, Sale};
use crate::ports::LedgerError;

/// A moment as it is kept: whole microseconds.
pub(super) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A kept moment.
pub(super) struct Moment(pub(super) Timestamp);

impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let micros = value.as_i64()?;
        Timestamp::from_microsecond(micros).map(Self).map_err(|_| FromSqlError::OutOfRange(micros))
    }
}

/// How many links made in the same microsecond have keys that sort with it.
const SAME_MICRO: i64 = 1024;

/// The lowest key of a link made at `at`.
pub(super) fn seq_floor(at: Timestamp) -> i64 {
    micros(at).saturating_mul(SAME_MICRO)
}

/// A free key for a link made at `at`, so that keys sort as links were made.
fn free_seq(tx: &Transaction<'_>, at: Timestamp) -> rusqlite::Result<i64> {
    let mut floor = seq_floor(at);
    loop {
        let end = floor.saturating_add(SAME_MICRO);
        let last: Option<i64> = tx
            .prepare_cached("SELECT max(seq) FROM links WHERE seq >= ?1 AND seq < ?2")?
            .query_row([floor, end], |row| row.get(0))?;
        match last {
            None => return Ok(floor),
            Some(last) if last + 1 < end => return Ok(last + 1),
            // A thousand links in one microsecond: only in tests and imports.
            Some(_) => floor = end,
        }
    }
}

/// The key of a link, if it's kept.
pub(super) fn seq_of(connection: &Connection, id: LinkId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT seq FROM links WHERE id = ?1")?
        .query_row([id.to_string()], |row| row.get(0))
        .optional()
}

/// A reference as it is compared: in any case.
pub(super) fn reference_key(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The alarm with this word, if this version knows it.
fn alarm(word: &str) -> Option<Alarm> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// Whether it's to be followed: 1 if it is at the backend and not settled, 2 for a while if it has ended and may go on.
const fn follow(link: &Link) -> u8 {
    if link.may_go_on() {
        return 2;
    }
    (!link.state.in_outbox() && !link.settled()) as u8
}

/// Keeps a new link. Its id must be new.
pub(super) fn insert(tx: &Transaction<'_>, link: &Link) -> Result<i64, Trouble> {
    if seq_of(tx, link.id)?.is_some() {
        return Err(LedgerError::LinkKept(link.id).into());
    }
    let seq = free_seq(tx, link.created_at)?;
    let sale = &link.sale;
    let recipient = match &sale.delivery {
        Delivery::Sms(phone) => phone.e164(),
        Delivery::Email(email) => email.as_str(),
        Delivery::Link => "",
    };
    let json = text_of(sale)?;
    tx.prepare_cached(
        "INSERT INTO links (seq, id, account_id, reference, reference_key, state, reason, session_id,
             transaction_id, url, amount, vat, currency, auto_capture, recipient, title, created_at,
             changed_at, expires_at, delivery_status, by_push, reissue_of, alarms, sale,
             holds_reference, has_money, follow)
         VALUES (:seq, :id, :account, :reference, :reference_key, :state, :reason, :session,
             :transaction, :url, :amount, :vat, :currency, :auto_capture, :recipient, :title, :created_at,
             :changed_at, :expires_at, :delivery_status, :by_push, :reissue_of, :alarms, :sale,
             :holds_reference, :has_money, :follow)",
    )?
    .execute(named_params! {
        ":seq": seq,
        ":id": link.id.to_string(),
        ":account": link.account_id,
        ":reference": sale.reference.as_str(),
        ":reference_key": reference_key(sale.reference.as_str()),
        ":state": link.state.word(),
        ":reason": link.reason,
        ":session": link.session_id,
        ":transaction": link.transaction_id,
        ":url": link.url,
        ":amount": link.amount.minor(),
        ":vat": link.vat.minor(),
        ":currency": link.amount.currency().code(),
        ":auto_capture": sale.auto_capture,
        ":recipient": recipient,
        ":title": sale.lines.first().map_or("", |line| line.description.as_str()),
        ":created_at": micros(link.created_at),
        ":changed_at": micros(link.changed_at),
        ":expires_at": micros(link.expires_at),
        ":delivery_status": link.delivery_status.word(),
        ":by_push": link.by_push,
        ":reissue_of": link.reissue_of.map(|id| id.to_string()),
        ":alarms": alarm_words(&link.alarms, ""),
        ":sale": json,
        ":holds_reference": link.state.holds_reference(),
        ":has_money": link.state.has_money(),
        ":follow": follow(link),
    })?;
    index(tx, seq, link)?;
    add_events(tx, seq, &link.events)?;
    Ok(seq)
}

/// The words of a link, to be searched.
pub(super) fn index(tx: &Transaction<'_>, seq: i64, link: &Link) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR REPLACE INTO links_text (rowid, words) VALUES (?1, ?2)")?
        .execute(params![seq, search::words_of(link)])?;
    Ok(())
}

/// Keeps the events that are not kept yet.
fn add_events(tx: &Transaction<'_>, seq: i64, events: &[LinkEvent]) -> Result<(), Trouble> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO events (link, ident, at, kind, detail, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (link, ident) DO NOTHING",
    )?;
    for event in events {
        let kind = event.kind.word();
        statement.execute(params![
            seq,
            ident(event, kind),
            micros(event.at),
            kind,
            event.detail,
            event.key
        ])?;
    }
    Ok(())
}

/// What makes two events the same: the backend's id, else all that is known of them.
pub(super) fn ident(event: &LinkEvent, kind: &str) -> String {
    match &event.key {
        Some(key) => format!("#{key}"),
        None => format!("{} {kind} {}", micros(event.at), event.detail.as_deref().unwrap_or_default()),
    }
}

/// A link as it is kept, with what is not part of [`Link`].
struct Stored {
    seq: i64,
    link: Link,
    /// The words as written, which may be a newer version's.
    state: String,
    alarms: String,
}

/// The whole link.
pub(super) fn load(connection: &Connection, id: LinkId) -> Result<Option<Link>, Trouble> {
    Ok(stored(connection, id)?.map(|stored| stored.link))
}

fn stored(connection: &Connection, id: LinkId) -> Result<Option<Stored>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, state, alarms, account_id, sale, amount, vat, currency, created_at, reason, session_id,
             transaction_id, url, expires_at, delivery_status, by_push, reissue_of, changed_at
         FROM links WHERE id = ?1",
    )?;
    let mut rows = statement.query([id.to_string()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (seq, state, alarms): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let mut link = read(row, id, &state, &alarms)?;
    link.events = events(connection, seq)?;
    Ok(Some(Stored { seq, link, state, alarms }))
}

fn read(row: &Row<'_>, id: LinkId, state_word: &str, alarms: &str) -> Result<Link, Trouble> {
    let sale: String = row.get("sale")?;
    // serde's error could quote what is in the sale, so only the place is told.
    let sale: Sale =
        serde_json::from_str(&sale).map_err(|e| LedgerError::Unreadable { link: id, column: e.column() })?;
    let currency = currency(&row.get::<_, String>("currency")?)?;
    let (state, word) = state(state_word);
    let reissue_of: Option<String> = row.get("reissue_of")?;
    Ok(Link {
        id,
        account_id: row.get("account_id")?,
        sale,
        amount: Money::new(row.get("amount")?, currency),
        vat: Money::new(row.get("vat")?, currency),
        created_at: row.get::<_, Moment>("created_at")?.0,
        state,
        reason: row.get::<_, Option<String>>("reason")?.or(word),
        session_id: row.get("session_id")?,
        transaction_id: row.get("transaction_id")?,
        url: row.get("url")?,
        expires_at: row.get::<_, Moment>("expires_at")?.0,
        delivery_status: DeliveryStatus::from_word(&row.get::<_, String>("delivery_status")?),
        by_push: row.get("by_push")?,
        reissue_of: reissue_of.as_deref().and_then(LinkId::parse),
        alarms: known_alarms(alarms),
        events: Vec::new(),
        changed_at: row.get::<_, Moment>("changed_at")?.0,
    })
}

/// A state's word; one that we don't know (a newer version's) is `unknown`, with the word as reason.
pub(super) fn state(word: &str) -> (LinkState, Option<String>) {
    match LinkState::from_word(word) {
        Some(state) => (state, None),
        None => (LinkState::Unknown, Some(word.to_owned())),
    }
}

/// A currency's code. A version that knows more of them also has a newer format, so this does not fail
/// for a database that could be opened and is whole.
pub(super) fn currency(code: &str) -> Result<Currency, Trouble> {
    Currency::from_code(code).ok_or_else(|| Trouble::unreadable("a currency"))
}

pub(super) fn known_alarms(words: &str) -> Vec<Alarm> {
    words.split(',').filter_map(alarm).collect()
}

/// The alarms as text, with the words in `before` that this version doesn't know: an alarm about money
/// never gets lost because an older version has written the link.
fn alarm_words(alarms: &[Alarm], before: &str) -> String {
    let mut words: Vec<&str> = alarms.iter().map(|alarm| alarm.word()).collect();
    words.extend(before.split(',').filter(|word| !word.is_empty() && alarm(word).is_none()));
    words.join(",")
}

/// Whether the event can be read with its link.
pub(super) fn event_is_sensible(connection: &Connection, nr: i64) -> bool {
    let at = connection.prepare_cached("SELECT at FROM events WHERE nr = ?1");
    at.and_then(|mut at| at.query_row([nr], |row| row.get::<_, Moment>(0))).is_ok()
}

fn events(connection: &Connection, seq: i64) -> Result<Vec<LinkEvent>, Trouble> {
    let mut statement = connection
        .prepare_cached("SELECT at, kind, detail, key FROM events WHERE link = ?1 ORDER BY at, nr")?;
    let mut rows = statement.query([seq])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let word: String = row.get(1)?;
        let detail: Option<String> = row.get(2)?;
        let (kind, detail) = match EventKind::from_word(&word) {
            Some(kind) => (kind, detail),
            None => (EventKind::Other, detail.or(Some(word))),
        };
        events.push(LinkEvent { at: row.get::<_, Moment>(0)?.0, kind, detail, key: row.get(3)? });
    }
    in_order(&mut events);
    Ok(events)
}

/// Whether going from `kept` to `new` can only be the word of somebody who read the link long ago:
/// money doesn't vanish, and a link that the backend has does not return to the outbox.
const fn stale(kept: LinkState, new: LinkState) -> bool {
    money_vanishes(kept, new) || (new.in_outbox() && !kept.in_outbox())
}

/// A sale as it is kept.
fn text_of(sale: &Sale) -> Result<String, Trouble> {
    // serde's error could quote what is in the sale.
    serde_json::to_string(sale).map_err(|_| Trouble::odd("a sale has no text form"))
}

/// Writes the sale of a link anew, where what is kept of it can't be read.
pub(super) fn rewrite_sale(tx: &Transaction<'_>, link: &Link) -> Result<(), Trouble> {
    tx.execute("UPDATE links SET sale = ?2 WHERE id = ?1", [link.id.to_string(), text_of(&link.sale)?])?;
    Ok(())
}

/// Keeps what changed of a link, everything but its sale; see `Ledger::update` for the rules. Writes
/// nothing where nothing changed.
pub(super) fn update(tx: &Transaction<'_>, link: &Link) -> Result<(), Trouble> {
    let Some(before) = stored(tx, link.id)? else {
        return Err(Trouble::odd(format!("the link {} is not kept", link.id)));
    };
    add_events(tx, before.seq, &link.events)?;
    let kept = &before.link;
    let mut now = link.clone();
    now.sale = kept.sale.clone();
    // Of a sale nothing changes; but what the whole payment profile is may be learned once.
    let learned = kept.sale.methods.untold() && link.sale.methods.whole_profile;
    if learned {
        now.sale.methods.methods.clone_from(&link.sale.methods.methods);
    }
    // What the backend once told is never forgotten.
    now.session_id = now.session_id.or_else(|| kept.session_id.clone());
    now.transaction_id = now.transaction_id.or_else(|| kept.transaction_id.clone());
    now.url = now.url.or_else(|| kept.url.clone());
    if stale(kept.state, now.state) {
        now.state = kept.state;
        now.reason.clone_from(&kept.reason);
        now.changed_at = kept.changed_at;
    }
    // A newer version's word outlives an older version's writing.
    let foreign_word = now.state == LinkState::Unknown && LinkState::from_word(&before.state).is_none();
    let state = if foreign_word { before.state.as_str() } else { now.state.word() };
    now.events.clone_from(&kept.events);
    if now == *kept {
        return Ok(());
    }
    tx.prepare_cached(
        "UPDATE links SET state = :state, reason = :reason, session_id = :session,
             transaction_id = :transaction, url = :url, amount = :amount, vat = :vat,
             changed_at = :changed_at, expires_at = :expires_at, delivery_status = :delivery_status,
             by_push = :by_push, reissue_of = :reissue_of, alarms = :alarms,
             holds_reference = :holds_reference, has_money = :has_money, follow = :follow,
             sale = coalesce(:sale, sale)
         WHERE seq = :seq",
    )?
    .execute(named_params! {
        ":seq": before.seq,
        ":sale": (now.sale != kept.sale).then(|| text_of(&now.sale)).transpose()?,
        ":state": state,
        ":reason": now.reason,
        ":session": now.session_id,
        ":transaction": now.transaction_id,
        ":url": now.url,
        ":amount": now.amount.minor(),
        ":vat": now.vat.minor(),
        ":changed_at": micros(now.changed_at),
        ":expires_at": micros(now.expires_at),
        ":delivery_status": now.delivery_status.word(),
        ":by_push": now.by_push,
        ":reissue_of": now.reissue_of.map(|id| id.to_string()),
        ":alarms": alarm_words(&now.alarms, &before.alarms),
        ":holds_reference": now.state.holds_reference(),
        ":has_money": now.state.has_money(),
        ":follow": follow(&now),
    })?;
    if now.session_id != kept.session_id || now.transaction_id != kept.transaction_id {
        index(tx, before.seq, &now)?;
    }
    Ok(())
}

/// The state of a link that is about to be sent.
pub(super) fn mark_creating(tx: &Transaction<'_>, seq: i64, now: Timestamp) -> rusqlite::Result<()> {
    let state = LinkState::Creating;
    tx.prepare_cached(
        "UPDATE links SET state = ?2, changed_at = ?3, holds_reference = ?4, has_money = ?5, follow = 0
         WHERE seq = ?1",
    )?
    .execute(params![seq, state.word(), micros(now), state.holds_reference(), state.has_money()])?;
    Ok(())
}
