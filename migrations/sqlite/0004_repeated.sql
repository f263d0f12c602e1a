-- Whether a repeating task has made its next occurrence already: it makes one, however often it is completed.
ALTER TABLE tasks ADD COLUMN repeated INTEGER NOT NULL DEFAULT 0;
