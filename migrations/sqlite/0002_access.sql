-- Named tokens for scripts, and one-time codes that join a Telegram chat with an account. Secrets are kept as hashes.

CREATE TABLE named_tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    scope        TEXT    NOT NULL,
    token_hash   TEXT    NOT NULL UNIQUE,
    created_at   TEXT    NOT NULL,
    expires_at   TEXT,
    last_used_at TEXT
) STRICT;
CREATE INDEX named_tokens_user ON named_tokens (user_id, id);

CREATE TABLE telegram_links (
    code_hash  TEXT    PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX telegram_links_user ON telegram_links (user_id);
CREATE INDEX telegram_links_expiry ON telegram_links (expires_at);
