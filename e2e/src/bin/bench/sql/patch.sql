-- A task as it was, with its tags; the change; and the row of the journal, in one statement.
WITH owner AS (
    UPDATE users SET seq = seq + 1 WHERE id = :user RETURNING id, seq
), before AS (
    SELECT t.*,
           (SELECT string_agg(CAST(x.tag_id AS TEXT), ',' ORDER BY x.tag_id) FROM task_tags x
            WHERE x.user_id = t.user_id AND x.task_id = t.id) AS tags,
           (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = t.user_id) AS telegram_user
    FROM owner JOIN tasks t ON t.user_id = owner.id AND t.id = :task
), changed AS (
    UPDATE tasks SET title = 'task 900000000001', title_folded = 'task 900000000001', priority = 1 + tasks.priority % 4,
                     date_updated = now(), version = tasks.version + 1
    FROM before WHERE tasks.user_id = before.user_id AND tasks.id = before.id
    RETURNING tasks.id
), journal AS (
    INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, before, after)
    SELECT owner.id, owner.seq, owner.seq, now(), 'bench', 'task.updated', changed.id,
           '{"id": ' || changed.id || ', "title": "task 900000000001", "description": "about the matter of number 17", "completed": false, "completed_at": null, "priority": 2, "due": "2035-05-01T09:00:00Z", "remind_time": "2035-05-01T08:00:00Z", "remind_before_seconds": null, "nag_seconds": null, "repeat": null, "tags": [2000017, 2000004, 2000010], "telegram_user": null, "date_created": "2026-01-01T10:00:00.123456Z", "date_updated": "2026-01-01T10:00:00.123456Z", "version": 1}',
           '{"id": ' || changed.id || ', "title": "task 900000000001", "description": "about the matter of number 17", "completed": false, "completed_at": null, "priority": 2, "due": "2035-05-01T09:00:00Z", "remind_time": "2035-05-01T08:00:00Z", "remind_before_seconds": null, "nag_seconds": null, "repeat": null, "tags": [2000017, 2000004, 2000010], "telegram_user": null, "date_created": "2026-01-01T10:00:00.123456Z", "date_updated": "2026-01-01T10:00:00.123456Z", "version": 1}'
    FROM owner, changed
)
SELECT * FROM before;
