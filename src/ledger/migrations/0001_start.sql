-- Comments stand outside of the statements, which the file keeps as they are: the schema is to stay on its first
-- page (see tests/damage.rs).
--
-- Times are microseconds since 1970 in UTC, amounts are minor units, flags are 0 or 1.

-- `seq` grows with `created_at` (see record.rs), so that "newest first" is the order of the key and a
-- page of a list or of a search can stop when it's full.
-- `holds_reference`, `has_money` and `follow` follow from the state; written with it, so that the indexes below
-- stay small.
CREATE TABLE links (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    account_id      TEXT NOT NULL,
    reference       TEXT NOT NULL,
    reference_key   TEXT NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT,
    session_id      TEXT,
    transaction_id  TEXT,
    url             TEXT,
    amount          INTEGER NOT NULL,
    vat             INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    auto_capture    INTEGER NOT NULL,
    recipient       TEXT NOT NULL,
    title           TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    delivery_status TEXT NOT NULL,
    by_push         INTEGER NOT NULL,
    reissue_of      TEXT,
    alarms          TEXT NOT NULL,
    sale            TEXT NOT NULL,
    holds_reference INTEGER NOT NULL,
    has_money       INTEGER NOT NULL,
    follow          INTEGER NOT NULL
) STRICT;

CREATE INDEX links_of_account     ON links (account_id);
CREATE INDEX links_by_state       ON links (account_id, state);
CREATE INDEX links_by_reference   ON links (account_id, reference_key);
CREATE INDEX links_by_session     ON links (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX links_by_transaction ON links (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX links_to_follow      ON links (account_id, expires_at) WHERE follow = 1;
CREATE INDEX links_live           ON links (account_id, currency, amount)
    WHERE holds_reference = 1 AND has_money = 0;

-- The words of a link with all their endings (see search.rs); rowid is links.seq.
CREATE VIRTUAL TABLE links_text USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2 3'
);

-- `ident` is what makes it the same event: the backend's id for it, else all of it.
CREATE TABLE events (
    nr     INTEGER PRIMARY KEY,
    link   INTEGER NOT NULL REFERENCES links (seq),
    ident  TEXT NOT NULL,
    at     INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT,
    key    TEXT,
    UNIQUE (link, ident)
) STRICT;

-- `owner` and `claimed_at`: who is sending it, and since when.
CREATE TABLE outbox (
    nr             INTEGER PRIMARY KEY,
    link           INTEGER NOT NULL REFERENCES links (seq),
    kind           TEXT NOT NULL,
    attempts       INTEGER NOT NULL,
    next_at        INTEGER NOT NULL,
    last_error     TEXT,
    in_flight      INTEGER NOT NULL,
    needs_decision INTEGER NOT NULL,
    owner          TEXT,
    claimed_at     INTEGER,
    UNIQUE (link, kind)
) STRICT;

CREATE TABLE counters (
    account_id TEXT NOT NULL,
    key        TEXT NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE kv (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
