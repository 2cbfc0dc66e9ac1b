-- Links whose time is over are followed slowly for another day: `follow` is 2. In the index that was there, because
-- the schema is to stay on the file's first page (see tests/damage.rs).
UPDATE links SET follow = 2 WHERE state = 'expired' AND session_id IS NOT NULL;
DROP INDEX links_to_follow;
CREATE INDEX links_to_follow ON links (account_id, follow, expires_at) WHERE follow > 0;
