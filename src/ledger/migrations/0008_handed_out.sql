-- The ledger is older than what happened: what waits may have been made since, and its address be in a customer's hands.
ALTER TABLE outbox ADD COLUMN handed_out INTEGER NOT NULL DEFAULT 0;
