-- Orders about money are told from each other by an id of their own, and what is remembered of those that have ended
-- stands under one name for each kind of a link, `ended/LINK/KIND`, as JSON. In the table that was there, because the
-- schema is to stay on the file's first page (see tests/damage.rs).
UPDATE outbox SET what = json_set(coalesce(what, '{}'), '$.id', lower(hex(randomblob(16))))
    WHERE kind IN ('capture', 'void', 'refund') AND json_valid(coalesce(what, '{}'));
-- Until now: `moved/LINK/KIND/AMOUNT`, where LINK has 32 letters, with the time at which one was carried out that nobody was told.
INSERT INTO kv (key, value)
    SELECT 'ended/' || place, json_group_array(json_object(
        'id', lower(hex(randomblob(16))),
        'amount', json(iif(amount = 'all', NULL, json_object('minor', CAST(amount AS INTEGER), 'currency', currency))),
        'end', 'moved', 'at', at))
    FROM (
        SELECT l.currency, value AS at,
            substr(key, 7, 32 + instr(substr(key, 40), '/')) AS place,
            substr(key, 40 + instr(substr(key, 40), '/')) AS amount
        FROM kv JOIN links AS l ON l.id = substr(key, 7, 32)
        WHERE key GLOB 'moved/*'
        ORDER BY value
    ) GROUP BY place;
DELETE FROM kv WHERE key GLOB 'moved/*';
