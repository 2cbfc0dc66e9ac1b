-- When a request for it first went out, by the backend's clock: what was paid before is no payment of it.
ALTER TABLE outbox ADD COLUMN first_sent INTEGER;
