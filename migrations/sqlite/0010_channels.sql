-- What a write has to know of a person's channels, in the person's row: see ../postgres.

ALTER TABLE users ADD COLUMN telegram_user INTEGER;
ALTER TABLE users ADD COLUMN to_telegram INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN to_webhook INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER telegram_users_added AFTER INSERT ON telegram_users BEGIN
    UPDATE users SET
        telegram_user = (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = users.id),
        to_telegram = EXISTS (SELECT 1 FROM telegram_users g WHERE g.user_id = users.id AND g.blocked_at IS NULL)
    WHERE id = NEW.user_id;
END;

CREATE TRIGGER telegram_users_changed AFTER UPDATE OF user_id, blocked_at ON telegram_users BEGIN
    UPDATE users SET
        telegram_user = (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = users.id),
        to_telegram = EXISTS (SELECT 1 FROM telegram_users g WHERE g.user_id = users.id AND g.blocked_at IS NULL)
    WHERE id IN (OLD.user_id, NEW.user_id);
END;

CREATE TRIGGER telegram_users_gone AFTER DELETE ON telegram_users BEGIN
    UPDATE users SET
        telegram_user = (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = users.id),
        to_telegram = EXISTS (SELECT 1 FROM telegram_users g WHERE g.user_id = users.id AND g.blocked_at IS NULL)
    WHERE id = OLD.user_id;
END;

CREATE TRIGGER webhooks_added AFTER INSERT ON webhooks BEGIN
    UPDATE users SET
        to_webhook = EXISTS (SELECT 1 FROM webhooks w WHERE w.user_id = users.id AND w.disabled_at IS NULL)
    WHERE id = NEW.user_id;
END;

CREATE TRIGGER webhooks_changed AFTER UPDATE OF user_id, disabled_at ON webhooks BEGIN
    UPDATE users SET
        to_webhook = EXISTS (SELECT 1 FROM webhooks w WHERE w.user_id = users.id AND w.disabled_at IS NULL)
    WHERE id IN (OLD.user_id, NEW.user_id);
END;

CREATE TRIGGER webhooks_gone AFTER DELETE ON webhooks BEGIN
    UPDATE users SET
        to_webhook = EXISTS (SELECT 1 FROM webhooks w WHERE w.user_id = users.id AND w.disabled_at IS NULL)
    WHERE id = OLD.user_id;
END;

-- Those that are there already.
UPDATE telegram_users SET blocked_at = blocked_at;
UPDATE webhooks SET disabled_at = disabled_at;
