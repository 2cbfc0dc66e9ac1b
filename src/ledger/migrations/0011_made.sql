-- When the link was made, by what nobody can set: how long it has waited is judged by that (JSON). NULL: nobody knows.
ALTER TABLE outbox ADD COLUMN made TEXT;
