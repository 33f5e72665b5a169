-- Rows are named by noun and id ([S18]): a machine whose memory was resumed twice can give one id to rows of two nouns. Until now these tables
-- knew a row by its id alone, and what was written of the second took the place of what was known of the first. The id comes first in the
-- keys: in that order the old tables are read, so that each new one is written from its beginning to its end.
DROP INDEX row_marks_pending;
ALTER TABLE row_marks RENAME TO row_marks_by_id;
CREATE TABLE row_marks (
  id TEXT NOT NULL,
  noun TEXT NOT NULL,
  in_base INTEGER NOT NULL CHECK (in_base IN (0, 1)),
  marks TEXT NOT NULL,
  PRIMARY KEY (id, noun)
) STRICT, WITHOUT ROWID;
INSERT INTO row_marks (id, noun, in_base, marks) SELECT id, noun, in_base, marks FROM row_marks_by_id ORDER BY id;
DROP TABLE row_marks_by_id;
CREATE INDEX row_marks_pending ON row_marks (id) WHERE in_base = 0;

DROP INDEX base_rows_by_key;
ALTER TABLE base_rows RENAME TO base_rows_by_id;
CREATE TABLE base_rows (
  id TEXT NOT NULL,
  noun TEXT NOT NULL,
  scope TEXT NOT NULL,
  -- NULL if the row holds none.
  key TEXT,
  row TEXT NOT NULL,
  PRIMARY KEY (id, noun)
) STRICT, WITHOUT ROWID;
INSERT INTO base_rows (id, noun, scope, key, row) SELECT id, noun, scope, key, row FROM base_rows_by_id ORDER BY id;
DROP TABLE base_rows_by_id;
CREATE UNIQUE INDEX base_rows_by_key ON base_rows (noun, scope, key) WHERE key IS NOT NULL;

-- same: the row is that of the base.
ALTER TABLE stage_rows RENAME TO stage_rows_by_id;
CREATE TABLE stage_rows (
  id TEXT NOT NULL,
  noun TEXT NOT NULL,
  same INTEGER NOT NULL CHECK (same IN (0, 1)),
  row TEXT,
  PRIMARY KEY (id, noun)
) STRICT, WITHOUT ROWID;
INSERT INTO stage_rows (id, noun, same, row) SELECT id, noun, same, row FROM stage_rows_by_id ORDER BY id;
DROP TABLE stage_rows_by_id;

DROP INDEX aliases_by_target;
ALTER TABLE aliases RENAME TO aliases_by_id;
CREATE TABLE aliases (
  id TEXT NOT NULL,
  noun TEXT NOT NULL,
  into_id TEXT NOT NULL,
  PRIMARY KEY (id, noun)
) STRICT, WITHOUT ROWID;
INSERT INTO aliases (id, noun, into_id) SELECT id, noun, into_id FROM aliases_by_id ORDER BY id;
DROP TABLE aliases_by_id;
CREATE INDEX aliases_by_target ON aliases (into_id);

DROP INDEX graves_by_key;
ALTER TABLE graves RENAME TO graves_by_id;
CREATE TABLE graves (
  id TEXT NOT NULL,
  noun TEXT NOT NULL,
  row TEXT NOT NULL,
  scope TEXT,
  key TEXT,
  PRIMARY KEY (id, noun)
) STRICT, WITHOUT ROWID;
INSERT INTO graves (id, noun, row, scope, key) SELECT id, noun, row, scope, key FROM graves_by_id ORDER BY id;
DROP TABLE graves_by_id;
CREATE INDEX graves_by_key ON graves (noun, key) WHERE key IS NOT NULL;

ALTER TABLE deferred_fields RENAME TO deferred_fields_by_id;
CREATE TABLE deferred_fields (
  id TEXT NOT NULL,
  noun TEXT NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (id, noun)
) STRICT, WITHOUT ROWID;
INSERT INTO deferred_fields (id, noun, fields) SELECT id, noun, fields FROM deferred_fields_by_id ORDER BY id;
DROP TABLE deferred_fields_by_id;
