-- A task, its three tags, its reminder and two rows of the journal, and the answer for its key, in one statement.
WITH owner AS (
    UPDATE users SET seq = seq + 2 WHERE id = :user
    RETURNING id, seq, (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = users.id) AS telegram_user
), made AS (
    INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, priority, due_at,
                       remind_time, date_updated, date_created)
    SELECT owner.id, 'task 900000000001', 'task 900000000001', 'about the matter of number 17',
           'about the matter of number 17', FALSE, 2, '2035-05-01 09:00:00+00', '2035-05-01 08:00:00+00', now(), now()
    FROM owner RETURNING id, user_id
), tagged AS (
    INSERT INTO task_tags (user_id, task_id, tag_id)
    SELECT made.user_id, made.id, tags.id
    FROM made JOIN tags ON tags.user_id = made.user_id AND tags.id IN (:tag1, :tag2, :tag3)
    RETURNING tag_id
), queued AS (
    INSERT INTO reminders (user_id, task_id, due_at, next_at, state)
    SELECT user_id, id, '2035-05-01 08:00:00+00', '2035-05-01 08:00:00+00', 'queued' FROM made
    RETURNING id, task_id
), journal AS (
    INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, after)
    SELECT owner.id, owner.seq - 1, owner.seq - 1, now(), 'bench', 'task.created', made.id,
           '{"id": ' || made.id || ', "title": "task 900000000001", "description": "about the matter of number 17", "completed": false, "completed_at": null, "priority": 2, "due": "2035-05-01T09:00:00Z", "remind_time": "2035-05-01T08:00:00Z", "remind_before_seconds": null, "nag_seconds": null, "repeat": null, "tags": [2000017, 2000004, 2000010], "telegram_user": null, "date_created": "2026-01-01T10:00:00.123456Z", "date_updated": "2026-01-01T10:00:00.123456Z", "version": 1}'
    FROM owner, made
    UNION ALL
    SELECT owner.id, owner.seq, owner.seq - 1, now(), 'bench', 'reminder.created', queued.id,
           '{"id": ' || queued.id || ', "task_id": ' || queued.task_id || ', "channel": null, "state": "queued", "due_at": "2035-05-01T08:00:00Z", "snoozed": false, "sent_at": null, "late_by_seconds": null, "message_id": null, "attempts": 0, "reason": null}'
    FROM owner, queued
), kept AS (
    INSERT INTO idempotency_keys (user_id, key_hash, request_hash, status, location, etag, body, created_at)
    SELECT owner.id, lpad(CAST(CAST(:new AS BIGINT) AS TEXT), 64, '0'), lpad('', 64, '0'), 201, '/api/tasks/' || made.id, '"1"',
           '{"id": ' || made.id || ', "title": "task 900000000001", "description": "about the matter of number 17", "completed": false, "completed_at": null, "priority": 2, "due": "2035-05-01T09:00:00Z", "remind_time": "2035-05-01T08:00:00Z", "remind_before_seconds": null, "nag_seconds": null, "repeat": null, "tags": [2000017, 2000004, 2000010], "telegram_user": null, "date_created": "2026-01-01T10:00:00.123456Z", "date_updated": "2026-01-01T10:00:00.123456Z", "version": 1}', now()
    FROM owner, made
    ON CONFLICT (user_id, key_hash) DO NOTHING
)
SELECT made.id, owner.telegram_user, (SELECT array_agg(tag_id) FROM tagged) FROM made, owner;
