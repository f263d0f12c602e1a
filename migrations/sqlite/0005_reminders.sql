-- Reminders: the queue of those to come, and the ledger of what happened to each. next_at says when a row may be claimed:
-- when it is due, when a failed one is tried again, when the lease of a claimed one ends; null: never again.

CREATE TABLE reminders (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    task_id    INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    due_at     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    snoozed    INTEGER NOT NULL DEFAULT 0,
    next_at    TEXT,
    channel    TEXT,
    lease      TEXT,
    attempts   INTEGER NOT NULL DEFAULT 0,
    sent_at    TEXT,
    message_id TEXT,
    reason     TEXT
) STRICT;
CREATE INDEX reminders_next ON reminders (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX reminders_task ON reminders (user_id, task_id, id);

INSERT INTO reminders (user_id, task_id, due_at, next_at, state)
SELECT user_id, id, remind_time, remind_time, 'queued' FROM tasks
WHERE NOT completed AND remind_time > strftime('%Y-%m-%dT%H:%M:%f', 'now');
