-- A place in a chain names the operation that came there only where it said what headquarters knows of that operation: a copy that
-- sends one as it was before a renaming was folded in did not know the renaming (docs/sync.md, [S11]).

ALTER TABLE chain ALTER COLUMN op_id DROP NOT NULL;
