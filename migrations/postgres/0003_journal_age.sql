-- Finds the old end of the journal, which is trimmed by age. Rows are appended in the order of time, so a block range
-- index is enough, and costs a write next to nothing.
CREATE INDEX changes_at ON changes USING brin (at);
