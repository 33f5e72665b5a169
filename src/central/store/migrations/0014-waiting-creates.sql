-- The id of the row that a record's operation would make, for ever: nobody else may have it, whether it is still to come or a person said not
-- to wait (docs/sync.md, [S18]).
ALTER TABLE conflicts ADD COLUMN makes text COLLATE "C";
UPDATE conflicts SET makes = waiting -> 'op' -> 'operation' ->> 'id'
  WHERE awaits IS NOT NULL AND waiting -> 'op' -> 'operation' ->> 'type' LIKE '%.create';
CREATE INDEX conflicts_by_made_id ON conflicts (makes) WHERE makes IS NOT NULL;
