-- A million tasks: one person with 100,000, and 9,000 with 100 each. Every person has 20 tags, 3 of them on each task;
-- a third of the tasks is open, half of them are due within a year, one in ten has a reminder, one in four a comment.
-- The person who asks is the first user; :owner is her id.

INSERT INTO users (username, username_folded, timezone, date_joined)
SELECT 'person ' || n, 'person ' || n, 'UTC', now() FROM generate_series(1, 9000) n;

CREATE TEMP TABLE people AS
SELECT id AS user_id, CASE WHEN id = :owner THEN 100000 ELSE 100 END AS tasks FROM users;

INSERT INTO tags (user_id, name, name_folded)
SELECT user_id, 'tag ' || n, 'tag ' || n FROM people, generate_series(1, 20) n;

INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, completed_at, priority,
                   due_at, remind_time, date_created, date_updated)
SELECT user_id, 'task number ' || n, 'task number ' || n, 'about ' || md5(n::text), 'about ' || md5(n::text),
       n % 3 > 0, CASE WHEN n % 3 > 0 THEN now() - n * interval '1 minute' END, 1 + n % 4,
       CASE WHEN n % 2 = 0 THEN now() + (n * 7919 % 525600 - 262800) * interval '1 minute' END,
       CASE WHEN n % 10 = 0 THEN now() + (n * 7919 % 525600 - 262800) * interval '1 minute' END,
       now() - n * interval '1 minute', now() - n * interval '1 minute'
FROM people, generate_series(1, tasks) n;

INSERT INTO task_tags (user_id, task_id, tag_id)
SELECT t.user_id, t.id, g.id
FROM tasks t
JOIN (SELECT user_id, id, row_number() OVER (PARTITION BY user_id ORDER BY id) - 1 AS number FROM tags) g
  ON g.user_id = t.user_id AND g.number IN (t.id % 20, (t.id + 7) % 20, (t.id + 13) % 20);

INSERT INTO comments (user_id, task_id, content, content_folded, posted_date)
SELECT user_id, id, 'a word on ' || title, 'a word on ' || title_folded, date_created FROM tasks WHERE id % 4 = 0;

VACUUM ANALYZE;
