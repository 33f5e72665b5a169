-- What a station keeps so that it and headquarters agree (docs/sync.md). A station without headquarters writes none of it but the
-- journal's new columns, whose defaults mean: before there was any.
--
-- The tables of 0001 show the live rows: what headquarters said, and the waiting operations on top of it. Most rows are the
-- same in both, so what headquarters said (the base) is not kept twice: only rows that waiting operations touch have
-- their base image kept aside, in base_rows.

ALTER TABLE journal ADD COLUMN base_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN base_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN rebased INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN known_deleted TEXT NOT NULL DEFAULT '[]';
ALTER TABLE journal ADD COLUMN made_as TEXT;
ALTER TABLE journal ADD COLUMN resent INTEGER NOT NULL DEFAULT 0;
-- The place in the chain of one incarnation: written before the first byte leaves, never changed after.
ALTER TABLE journal ADD COLUMN incarnation TEXT;
ALTER TABLE journal ADD COLUMN n INTEGER;
ALTER TABLE journal ADD COLUMN prev TEXT;
ALTER TABLE journal ADD COLUMN hash TEXT;

-- Operations that the feed has shown, until a verified backup of headquarters holds them.
CREATE TABLE archive (
  local_id INTEGER PRIMARY KEY,
  op_id TEXT NOT NULL UNIQUE,
  txn_id TEXT NOT NULL,
  author_pk INTEGER NOT NULL REFERENCES authors,
  wall_ms INTEGER NOT NULL,
  uptime_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  operation TEXT NOT NULL,
  base_seq INTEGER NOT NULL,
  base_hash TEXT NOT NULL,
  rebased INTEGER NOT NULL,
  known_deleted TEXT NOT NULL,
  made_as TEXT,
  resent INTEGER NOT NULL,
  incarnation TEXT,
  n INTEGER,
  prev TEXT,
  hash TEXT,
  committed_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX archive_by_seq ON archive (committed_seq);

-- The links of this database's chains, for finding where a copy of it parts.
CREATE TABLE links (
  incarnation TEXT NOT NULL,
  n INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (incarnation, n)
) STRICT, WITHOUT ROWID;

-- Who wrote which value of a row (marks.ts). in_base: the live row is headquarters' row.
CREATE TABLE row_marks (
  id TEXT PRIMARY KEY,
  noun TEXT NOT NULL,
  in_base INTEGER NOT NULL CHECK (in_base IN (0, 1)),
  marks TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX row_marks_pending ON row_marks (id) WHERE in_base = 0;

CREATE TABLE origins (
  pk INTEGER PRIMARY KEY,
  incarnation TEXT NOT NULL,
  station_id TEXT NOT NULL,
  UNIQUE (incarnation, station_id)
) STRICT;

CREATE TABLE base_rows (
  id TEXT PRIMARY KEY,
  noun TEXT NOT NULL,
  scope TEXT NOT NULL,
  -- NULL if the row holds none.
  key TEXT,
  row TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX base_rows_by_key ON base_rows (noun, scope, key) WHERE key IS NOT NULL;

CREATE TABLE base_references (
  field TEXT NOT NULL,
  target TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (field, target, id)
) STRICT, WITHOUT ROWID;

-- Headquarters' new history, while it is read beside the base. same: the row is that of the base.
CREATE TABLE stage_rows (
  id TEXT PRIMARY KEY,
  noun TEXT NOT NULL,
  same INTEGER NOT NULL CHECK (same IN (0, 1)),
  row TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE stage_own (
  op_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An id that was handed out once goes on standing for the row it was joined into.
CREATE TABLE aliases (
  id TEXT PRIMARY KEY,
  noun TEXT NOT NULL,
  into_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_target ON aliases (into_id);

-- Deleted rows by the name that became free.
ALTER TABLE graves ADD COLUMN scope TEXT;
ALTER TABLE graves ADD COLUMN key TEXT;
UPDATE graves SET scope = json_extract(row, '$.scope'), key = json_extract(row, '$.key') WHERE json_extract(row, '$.into') IS NULL;
CREATE INDEX graves_by_key ON graves (noun, key) WHERE key IS NOT NULL;

-- What was not done as asked, or meant more than was asked, in headquarters' words; answered by a person.
CREATE TABLE conflicts (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  op_id TEXT NOT NULL,
  station_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  conflict TEXT NOT NULL,
  answer TEXT,
  answered_at INTEGER,
  undo TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX conflicts_open ON conflicts (seq) WHERE answer IS NULL;
