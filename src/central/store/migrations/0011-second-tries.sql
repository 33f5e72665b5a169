-- What was not done, or not whole, for want of a row waits for it: `awaits` is `noun:id` of the row, null if the record waits for nothing
-- or was answered; `due` once the row is there; `waiting` is the operation as it came (docs/sync.md, [S22]).
ALTER TABLE conflicts ADD COLUMN awaits text COLLATE "C";
ALTER TABLE conflicts ADD COLUMN due boolean NOT NULL DEFAULT false;
ALTER TABLE conflicts ADD COLUMN waiting json;
CREATE INDEX conflicts_by_awaited_row ON conflicts (awaits, seq, ordinal) WHERE awaits IS NOT NULL;
CREATE INDEX conflicts_due ON conflicts (seq, ordinal) WHERE due AND awaits IS NOT NULL;
