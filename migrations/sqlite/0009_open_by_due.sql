-- What is open, in the order in which it falls due: what most lists are.

CREATE INDEX tasks_open_due ON tasks (user_id, coalesce(due_at, '9999-12-31T00:00:00+00:00'), priority, id) WHERE completed = false;
