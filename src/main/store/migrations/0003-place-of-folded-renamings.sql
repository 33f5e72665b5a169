-- Where the last renaming stood that was folded into an operation before that was sent (docs/sync.md, [S16]).

ALTER TABLE journal ADD COLUMN renamed_at INTEGER;
ALTER TABLE archive ADD COLUMN renamed_at INTEGER;
