-- Messages that show a person a task, to be kept true to it. They outlive the task, to say that it is gone. shown: what the
-- message says, as versions; seq: how far the person's journal was when the two were last compared.

CREATE TABLE shown_reminders (
    reminder_id  BIGINT PRIMARY KEY,
    user_id      BIGINT      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    task_id      BIGINT      NOT NULL,
    chat_id      BIGINT      NOT NULL,
    message_id   TEXT        NOT NULL,
    sent_at      TIMESTAMPTZ NOT NULL,
    shown        TEXT        NOT NULL,
    seq          BIGINT      NOT NULL DEFAULT 0,
    leased_until TIMESTAMPTZ
);
CREATE INDEX shown_reminders_user ON shown_reminders (user_id);
CREATE INDEX shown_reminders_sent ON shown_reminders (sent_at);
