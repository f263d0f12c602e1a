-- People, sessions, tasks, tags, comments, and the journal of their changes.
-- The same tables as in ../postgres; times are RFC 3339 text in UTC with microseconds at most.
-- `…_folded` columns hold the text in lower case as Rust reckons it: lower() and LIKE know only ASCII.

CREATE TABLE users (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    username        TEXT    NOT NULL,
    username_folded TEXT    NOT NULL UNIQUE,
    password_hash   TEXT,
    timezone        TEXT    NOT NULL,
    language        TEXT,
    date_joined     TEXT    NOT NULL,
    version         INTEGER NOT NULL DEFAULT 1,
    -- Number of the last row in the journal. Raising it locks the row, so a person's changes are in commit order.
    seq             INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE telegram_users (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    chat_id    INTEGER NOT NULL UNIQUE,
    first_name TEXT,
    last_name  TEXT,
    username   TEXT,
    language   TEXT
) STRICT;
CREATE INDEX telegram_users_user ON telegram_users (user_id);

-- A sign-in and the refresh tokens that followed from it. No secret is kept: a token is signed, the row only says
-- which one is the live one.
CREATE TABLE sessions (
    user_id           INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id                TEXT    NOT NULL,
    client            TEXT    NOT NULL,
    created_at        TEXT    NOT NULL,
    last_used_at      TEXT    NOT NULL,
    expires_at        TEXT    NOT NULL,
    refresh_jti       TEXT    NOT NULL,
    refresh_issued_at TEXT    NOT NULL,
    previous_jti      TEXT,
    PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE tags (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    name_folded TEXT    NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1,
    UNIQUE (user_id, name_folded)
) STRICT;
CREATE INDEX tags_user ON tags (user_id, id);

CREATE TABLE tasks (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id            INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title              TEXT    NOT NULL,
    title_folded       TEXT    NOT NULL,
    description        TEXT    NOT NULL,
    description_folded TEXT    NOT NULL,
    completed          INTEGER NOT NULL,
    completed_at       TEXT,
    priority           INTEGER NOT NULL,
    -- All day: due_day is set and due_at is that day's last microsecond in the owner's zone.
    due_at             TEXT,
    due_day            TEXT,
    remind_time        TEXT,
    repeat_rrule       TEXT,
    repeat_from        TEXT,
    date_created       TEXT    NOT NULL,
    date_updated       TEXT    NOT NULL,
    version            INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX tasks_user ON tasks (user_id, id);
CREATE INDEX tasks_due ON tasks (user_id, coalesce(due_at, '9999-12-31T00:00:00+00:00'), id);
CREATE INDEX tasks_open ON tasks (user_id, completed, id);

CREATE TABLE task_tags (
    task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    tag_id  INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (task_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_tags_tag ON task_tags (tag_id, task_id);

CREATE TABLE comments (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    task_id        INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    content        TEXT    NOT NULL,
    content_folded TEXT    NOT NULL,
    posted_date    TEXT    NOT NULL,
    version        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX comments_task ON comments (task_id, id);
CREATE INDEX comments_user ON comments (user_id, id);

-- Everything that changed, numbered per person without gaps. Rows of one call share `action`, the number of its first.
CREATE TABLE changes (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    action      INTEGER NOT NULL,
    at          TEXT    NOT NULL,
    client      TEXT    NOT NULL,
    event       TEXT    NOT NULL,
    resource_id INTEGER NOT NULL,
    before      TEXT,
    after       TEXT,
    PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

-- Answers to POSTs that came with an Idempotency-Key, for 24 hours. The key itself is not kept: it salts the hash of
-- the request, which may hold a password.
CREATE TABLE idempotency_keys (
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash     TEXT    NOT NULL,
    request_hash TEXT    NOT NULL,
    status       INTEGER NOT NULL,
    location     TEXT,
    etag         TEXT,
    body         TEXT    NOT NULL,
    created_at   TEXT    NOT NULL,
    PRIMARY KEY (user_id, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_hash ON idempotency_keys (key_hash);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
