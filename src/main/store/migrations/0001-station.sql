-- One station's copy of the batches API, complete and alone: rows, their journal, and what makes reading them fast.
-- Inside, rows are joined by integer pk; outside, they are named by id (a UUIDv7 whose time part means nothing).
-- key = ASCII lower case of the number; times are milliseconds since 1970 UTC.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  name TEXT,
  image TEXT,
  banned INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;

-- A removed station keeps its row: batches it made still show its name.
CREATE TABLE stations (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  image_id TEXT,
  team_id TEXT,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations,
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;

-- Only the SHA-256 of a key is kept.
CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('user', 'station')),
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  user_pk INTEGER REFERENCES users,
  station_pk INTEGER REFERENCES stations,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  CHECK ((kind = 'user') = (user_pk IS NOT NULL) AND (kind = 'station') = (station_pk IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE parts (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations
) STRICT;
CREATE INDEX parts_by_creation ON parts (created_at);

CREATE TABLE revisions (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  part_pk INTEGER NOT NULL REFERENCES parts,
  number TEXT NOT NULL,
  key TEXT NOT NULL,
  image_id TEXT,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations,
  UNIQUE (part_pk, key)
) STRICT;
CREATE INDEX revisions_by_key ON revisions (key);

CREATE TABLE batches (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations,
  unit_count INTEGER NOT NULL DEFAULT 0,
  -- What of a list item never changes with others: kept as JSON, so that a page is written by joining texts.
  head TEXT NOT NULL GENERATED ALWAYS AS (
    '{"id":' || json_quote(id) || ',"number":' || json_quote(number) ||
    ',"created_at":"' || strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch') || '"'
  ) STORED
) STRICT;
-- Order of the list: creation, then pk (an index ends in the pk by itself).
CREATE INDEX batches_by_creation ON batches (created_at);

CREATE TABLE units (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  serial_number TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  revision_pk INTEGER NOT NULL REFERENCES revisions,
  batch_pk INTEGER REFERENCES batches,
  parent_pk INTEGER REFERENCES units,
  sample TEXT CHECK (sample IN ('golden', 'failing', 'ignored')),
  metadata TEXT,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations
) STRICT;
CREATE INDEX units_by_batch ON units (batch_pk, key);
CREATE INDEX units_by_revision ON units (revision_pk);
CREATE INDEX units_by_parent ON units (parent_pk) WHERE parent_pk IS NOT NULL;
CREATE INDEX units_by_creation ON units (created_at);
CREATE INDEX units_by_sample ON units (sample, created_at) WHERE sample IS NOT NULL;

-- Ordered runs: for each part, revision and revision number, its batches in the order of the list; n = how many units.
CREATE TABLE batch_parts (
  part_pk INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  batch_pk INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (part_pk, created_at, batch_pk)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_revisions (
  revision_pk INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  batch_pk INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (revision_pk, created_at, batch_pk)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_revision_keys (
  revision_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  batch_pk INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (revision_key, created_at, batch_pk)
) STRICT, WITHOUT ROWID;

-- Counts and runs follow the units by themselves, whoever moves them.
CREATE TRIGGER unit_enters_batch AFTER INSERT ON units WHEN NEW.batch_pk IS NOT NULL
BEGIN
  UPDATE batches SET unit_count = unit_count + 1 WHERE pk = NEW.batch_pk;
  INSERT INTO batch_parts SELECT r.part_pk, b.created_at, b.pk, 1 FROM revisions r, batches b WHERE r.pk = NEW.revision_pk AND b.pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
  INSERT INTO batch_revisions SELECT NEW.revision_pk, b.created_at, b.pk, 1 FROM batches b WHERE b.pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
  INSERT INTO batch_revision_keys SELECT r.key, b.created_at, b.pk, 1 FROM revisions r, batches b WHERE r.pk = NEW.revision_pk AND b.pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER unit_leaves_batch AFTER DELETE ON units WHEN OLD.batch_pk IS NOT NULL
BEGIN
  UPDATE batches SET unit_count = unit_count - 1 WHERE pk = OLD.batch_pk;
  UPDATE batch_parts SET n = n - 1 WHERE (part_pk, created_at, batch_pk) =
    (SELECT r.part_pk, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);
  DELETE FROM batch_parts WHERE n = 0 AND (part_pk, created_at, batch_pk) =
    (SELECT r.part_pk, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);
  UPDATE batch_revisions SET n = n - 1 WHERE (revision_pk, created_at, batch_pk) =
    (SELECT OLD.revision_pk, b.created_at, b.pk FROM batches b WHERE b.pk = OLD.batch_pk);
  DELETE FROM batch_revisions WHERE n = 0 AND (revision_pk, created_at, batch_pk) =
    (SELECT OLD.revision_pk, b.created_at, b.pk FROM batches b WHERE b.pk = OLD.batch_pk);
  UPDATE batch_revision_keys SET n = n - 1 WHERE (revision_key, created_at, batch_pk) =
    (SELECT r.key, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);
  DELETE FROM batch_revision_keys WHERE n = 0 AND (revision_key, created_at, batch_pk) =
    (SELECT r.key, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);
END;

CREATE TRIGGER unit_changes_batch_or_revision AFTER UPDATE OF batch_pk, revision_pk ON units
  WHEN OLD.batch_pk IS NOT NEW.batch_pk OR OLD.revision_pk IS NOT NEW.revision_pk
BEGIN
  UPDATE batches SET unit_count = unit_count - 1 WHERE pk = OLD.batch_pk;
  UPDATE batch_parts SET n = n - 1 WHERE (part_pk, created_at, batch_pk) =
    (SELECT r.part_pk, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);
  DELETE FROM batch_parts WHERE n = 0 AND (part_pk, created_at, batch_pk) =
    (SELECT r.part_pk, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);
  UPDATE batch_revisions SET n = n - 1 WHERE (revision_pk, created_at, batch_pk) =
    (SELECT OLD.revision_pk, b.created_at, b.pk FROM batches b WHERE b.pk = OLD.batch_pk);
  DELETE FROM batch_revisions WHERE n = 0 AND (revision_pk, created_at, batch_pk) =
    (SELECT OLD.revision_pk, b.created_at, b.pk FROM batches b WHERE b.pk = OLD.batch_pk);
  UPDATE batch_revision_keys SET n = n - 1 WHERE (revision_key, created_at, batch_pk) =
    (SELECT r.key, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);
  DELETE FROM batch_revision_keys WHERE n = 0 AND (revision_key, created_at, batch_pk) =
    (SELECT r.key, b.created_at, b.pk FROM revisions r, batches b WHERE r.pk = OLD.revision_pk AND b.pk = OLD.batch_pk);

  UPDATE batches SET unit_count = unit_count + 1 WHERE pk = NEW.batch_pk;
  INSERT INTO batch_parts SELECT r.part_pk, b.created_at, b.pk, 1 FROM revisions r, batches b WHERE r.pk = NEW.revision_pk AND b.pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
  INSERT INTO batch_revisions SELECT NEW.revision_pk, b.created_at, b.pk, 1 FROM batches b WHERE b.pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
  INSERT INTO batch_revision_keys SELECT r.key, b.created_at, b.pk, 1 FROM revisions r, batches b WHERE r.pk = NEW.revision_pk AND b.pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER revision_changes_key AFTER UPDATE OF key ON revisions WHEN OLD.key <> NEW.key
BEGIN
  UPDATE batch_revision_keys SET n = n - (SELECT v.n FROM batch_revisions v
      WHERE v.revision_pk = NEW.pk AND v.created_at = batch_revision_keys.created_at AND v.batch_pk = batch_revision_keys.batch_pk)
    WHERE revision_key = OLD.key AND EXISTS (SELECT 1 FROM batch_revisions v
      WHERE v.revision_pk = NEW.pk AND v.created_at = batch_revision_keys.created_at AND v.batch_pk = batch_revision_keys.batch_pk);
  DELETE FROM batch_revision_keys WHERE revision_key = OLD.key AND n = 0;
  INSERT INTO batch_revision_keys SELECT NEW.key, v.created_at, v.batch_pk, v.n FROM batch_revisions v WHERE v.revision_pk = NEW.pk
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;

-- Substring search over batch numbers and serial numbers (search.ts): for each gram the batches that contain it, in the
-- order of the list. A row is one piece of such a run: its first batch, and the n - 1 others packed into rest (postings.ts).
CREATE TABLE search (
  gram INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  batch_pk INTEGER NOT NULL,
  n INTEGER NOT NULL,
  rest BLOB NOT NULL,
  PRIMARY KEY (gram, created_at, batch_pk)
) STRICT, WITHOUT ROWID;

-- Texts not yet in search: they are compared letter by letter until the next merge.
CREATE TABLE search_pending (
  pk INTEGER PRIMARY KEY,
  batch_pk INTEGER NOT NULL,
  key TEXT NOT NULL
) STRICT;

-- Texts that left their batch and may still be found in search: what is found in such a batch is looked at again.
CREATE TABLE search_gone (
  pk INTEGER PRIMARY KEY,
  batch_pk INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  key TEXT NOT NULL
) STRICT;

-- Rows that were deleted, as they were last: late operations that name them can still be judged.
CREATE TABLE graves (
  id TEXT PRIMARY KEY,
  noun TEXT NOT NULL,
  row TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who wrote, during which run of the operating system.
CREATE TABLE authors (
  pk INTEGER PRIMARY KEY,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'station')),
  actor_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  UNIQUE (actor_kind, actor_id, boot_id)
) STRICT;

-- Every accepted operation, in the transaction that wrote its rows. Nothing leaves it before headquarters has it for good.
CREATE TABLE journal (
  local_id INTEGER PRIMARY KEY AUTOINCREMENT,
  op_id TEXT NOT NULL UNIQUE,
  txn_id TEXT NOT NULL,
  author_pk INTEGER NOT NULL REFERENCES authors,
  wall_ms INTEGER NOT NULL,
  uptime_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  operation TEXT NOT NULL
) STRICT;

-- What was answered to a write, in the write's own transaction, until the client is known to have it: a client whose answer
-- got lost asks again and gets the same. Answers to an explicit Idempotency-Key stay for a day.
CREATE TABLE replies (
  fingerprint BLOB PRIMARY KEY,
  request BLOB NOT NULL,
  explicit INTEGER NOT NULL CHECK (explicit IN (0, 1)),
  answered_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
