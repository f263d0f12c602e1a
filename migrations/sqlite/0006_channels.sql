-- Who delivers a reminder is known when it is queued: a row for each channel of the person's (telegram, webhook), or one
-- without a channel, for whichever other deliverer comes. A channel that is switched off has no rows.

ALTER TABLE tasks ADD COLUMN remind_before INTEGER;
ALTER TABLE tasks ADD COLUMN nag INTEGER;

ALTER TABLE telegram_users ADD COLUMN blocked_at TEXT;

CREATE TABLE webhooks (
    user_id     INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    url         TEXT NOT NULL,
    secret      TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    disabled_at TEXT,
    reason      TEXT
) STRICT;

-- nags: how often it was repeated because the task was not done. gathered_in: the row in whose message it was told.
ALTER TABLE reminders ADD COLUMN nags INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reminders ADD COLUMN gathered_in INTEGER;

UPDATE reminders SET channel = 'telegram'
WHERE channel IS NULL AND next_at IS NOT NULL AND user_id IN (SELECT user_id FROM telegram_users);

DROP INDEX reminders_next;
CREATE INDEX reminders_next ON reminders (channel, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX reminders_pending ON reminders (user_id, due_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX reminders_gathered ON reminders (gathered_in) WHERE gathered_in IS NOT NULL;
