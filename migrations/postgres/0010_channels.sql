-- What a write has to know of a person's channels, in the person's row: whoever has to wait for that row sees it as it is
-- then, and other tables as they were when the statement began. telegram_user: the lowest id of the person's chats. to_…:
-- whether reminders go there. Triggers, so that servers of an older version, which may be running yet, keep it up as well.

ALTER TABLE users
    ADD COLUMN telegram_user BIGINT,
    ADD COLUMN to_telegram BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN to_webhook BOOLEAN NOT NULL DEFAULT FALSE;

CREATE FUNCTION note_telegram() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET
        telegram_user = (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = users.id),
        to_telegram = EXISTS (SELECT 1 FROM telegram_users g WHERE g.user_id = users.id AND g.blocked_at IS NULL)
    WHERE id IN (OLD.user_id, NEW.user_id);
    RETURN NULL;
END $$;

CREATE FUNCTION note_webhook() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET
        to_webhook = EXISTS (SELECT 1 FROM webhooks w WHERE w.user_id = users.id AND w.disabled_at IS NULL)
    WHERE id IN (OLD.user_id, NEW.user_id);
    RETURN NULL;
END $$;

CREATE TRIGGER telegram_users_note AFTER INSERT OR DELETE OR UPDATE OF user_id, blocked_at ON telegram_users
    FOR EACH ROW EXECUTE FUNCTION note_telegram();
CREATE TRIGGER webhooks_note AFTER INSERT OR DELETE OR UPDATE OF user_id, disabled_at ON webhooks
    FOR EACH ROW EXECUTE FUNCTION note_webhook();

-- Those that are there already.
UPDATE telegram_users SET blocked_at = blocked_at;
UPDATE webhooks SET disabled_at = disabled_at;
