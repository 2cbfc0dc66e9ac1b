-- Links with alarms are asked for by themselves, however old they are, and in the first frame. Few links have any.
CREATE INDEX links_alarmed ON links (account_id) WHERE alarms <> '';
