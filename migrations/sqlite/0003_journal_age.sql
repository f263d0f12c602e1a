-- Finds the old end of the journal, which is trimmed by age.
CREATE INDEX changes_at ON changes (at);
