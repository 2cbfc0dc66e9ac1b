-- The first frame reads what was paid today from this index alone, and not every link of the day. One index for
-- both of its uses: the schema is to stay on the file's first page (see tests/damage.rs).
DROP INDEX links_of_account;
CREATE INDEX links_of_account ON links (account_id, seq, has_money, currency, amount);
