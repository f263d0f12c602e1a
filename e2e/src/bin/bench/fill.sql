-- {people} people with {each} tasks each, as if all had added theirs day by day, so that one person's tasks lie between
-- everybody else's. Each person has 20 tags, 3 of them on each task; a third of the tasks is open, half are due within two
-- years, one in ten of the open ones has a reminder to come, one in four a comment.

INSERT INTO users (id, username, username_folded, timezone, date_joined)
WITH RECURSIVE person (u) AS (SELECT 0 UNION ALL SELECT u + 1 FROM person WHERE u + 1 < {people})
SELECT {user} + u, 'person ' || u, 'person ' || u, 'UTC', {now} FROM person;

INSERT INTO sessions (user_id, id, client, created_at, last_used_at, expires_at, refresh_jti, refresh_issued_at)
SELECT id, 'session-' || id, 'bench', {now}, {now}, {tomorrow}, 'none', {now} FROM users;

INSERT INTO tags (id, user_id, name, name_folded)
WITH RECURSIVE number (g) AS (SELECT 0 UNION ALL SELECT g + 1 FROM number WHERE g + 1 < 20)
SELECT {tag} + (id - {user}) * 20 + g, id, 'tag ' || g, 'tag ' || g FROM users, number;

INSERT INTO tasks (id, user_id, title, title_folded, description, description_folded, completed, completed_at, priority,
                   due_at, remind_time, date_created, date_updated)
WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {each})
SELECT {task} + n * {people} + (id - {user}), id, 'task number ' || n, 'task number ' || n,
       'about the matter of number ' || n || ' and its like', 'about the matter of number ' || n || ' and its like',
       n % 3 > 0, CASE WHEN n % 3 > 0 THEN {ago} END, 1 + n % 4, CASE WHEN n % 2 = 0 THEN {ahead} END,
       CASE WHEN n % 10 = 0 THEN {ahead} END, {ago}, {ago}
FROM number, users ORDER BY n, id;

INSERT INTO task_tags (user_id, task_id, tag_id)
WITH third (t) AS (SELECT 0 UNION ALL SELECT 7 UNION ALL SELECT 13)
SELECT user_id, tasks.id, {tag} + (user_id - {user}) * 20 + ((tasks.id - {task}) / {people} + t) % 20
FROM tasks, third ORDER BY tasks.id, t;

INSERT INTO comments (id, user_id, task_id, content, content_folded, posted_date)
SELECT {comment} + (id - {task}) / {people} / 4 * {people} + (user_id - {user}), user_id, id,
       'a word on ' || title, 'a word on ' || title_folded, date_created
FROM tasks WHERE (id - {task}) / {people} % 4 = 0 ORDER BY id;

INSERT INTO reminders (user_id, task_id, due_at, next_at, state)
SELECT user_id, id, remind_time, remind_time, 'queued' FROM tasks WHERE NOT completed AND remind_time IS NOT NULL ORDER BY id;
