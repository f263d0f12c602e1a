-- A comment and its row of the journal, in one statement.
WITH owner AS (
    UPDATE users SET seq = seq + 1 WHERE id = :user RETURNING id, seq
), made AS (
    INSERT INTO comments (user_id, task_id, content, content_folded, posted_date)
    SELECT owner.id, tasks.id, 'a word on it, 900000000001', 'a word on it, 900000000001', now()
    FROM owner JOIN tasks ON tasks.user_id = owner.id AND tasks.id = :task
    RETURNING id, task_id
), journal AS (
    INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, after)
    SELECT owner.id, owner.seq, owner.seq, now(), 'bench', 'comment.created', made.id,
           '{"id": ' || made.id || ', "task_id": ' || made.task_id || ', "content": "a word on it, 900000000001", "posted_date": "2026-01-01T10:00:00.123456Z", "version": 1}'
    FROM owner, made
)
SELECT id FROM made;
