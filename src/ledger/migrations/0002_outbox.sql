-- Requests about money wait in the outbox too, and what was not sent in time asks before it goes out.
ALTER TABLE outbox ADD COLUMN overdue TEXT;
-- What is asked of the money and what was sent of it, as JSON.
ALTER TABLE outbox ADD COLUMN what TEXT;
-- When `next_at` was decided, by this machine's clock; 0: not known.
ALTER TABLE outbox ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
