-- Repeating tasks that have made their next occurrence: each makes one, however often it is completed, and although it
-- may be deleted and brought back meanwhile. An occurrence that was undone along with the completion may be made anew.

CREATE TABLE repeats (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    task_id INTEGER NOT NULL,
    next_id INTEGER NOT NULL,
    undone  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, task_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX repeats_next ON repeats (user_id, next_id);
