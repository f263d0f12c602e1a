-- A hundred tasks with their tags, as it is usually written: joined and put together again.
SELECT t.id, t.title, t.description, t.completed, t.completed_at, t.priority, t.due_at, t.due_day, t.remind_time, t.remind_before,
       t.nag, t.repeat_rrule, t.repeat_from, t.date_created, t.date_updated, t.version,
       array_agg(x.tag_id ORDER BY x.tag_id) FILTER (WHERE x.tag_id IS NOT NULL) AS tags,
       (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = :user) AS telegram_user
FROM tasks t LEFT JOIN task_tags x ON x.user_id = t.user_id AND x.task_id = t.id
WHERE t.user_id = :user
GROUP BY t.user_id, t.id
ORDER BY t.id
LIMIT 100;
