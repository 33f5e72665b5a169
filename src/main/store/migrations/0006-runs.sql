-- Test runs: procedures with their versions, who may report runs of them, the runs, and what was measured.

CREATE TABLE procedures (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations,
  run_count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX procedures_by_creation ON procedures (created_at);

CREATE TABLE versions (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  procedure_pk INTEGER NOT NULL REFERENCES procedures,
  tag TEXT NOT NULL,
  key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations,
  run_count INTEGER NOT NULL DEFAULT 0,
  UNIQUE (procedure_pk, key)
) STRICT;
CREATE INDEX versions_by_key ON versions (key);

-- A station key may report runs of the procedures that its station is linked to.
CREATE TABLE procedure_links (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  station_pk INTEGER NOT NULL REFERENCES stations,
  procedure_pk INTEGER NOT NULL REFERENCES procedures,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations
) STRICT;
CREATE INDEX procedure_links_by_station ON procedure_links (station_pk, procedure_pk);
CREATE INDEX procedure_links_by_procedure ON procedure_links (procedure_pk);

CREATE TABLE runs (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  unit_pk INTEGER NOT NULL REFERENCES units,
  procedure_pk INTEGER NOT NULL REFERENCES procedures,
  version_pk INTEGER REFERENCES versions,
  outcome TEXT NOT NULL CHECK (outcome IN ('PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED')),
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  duration INTEGER GENERATED ALWAYS AS (ended_at - started_at) VIRTUAL,
  docstring TEXT,
  -- Users are named by id here: a station need not know all of them.
  operated_by_id TEXT,
  made_unit INTEGER NOT NULL CHECK (made_unit IN (0, 1)),
  -- SHA-256 of what was measured, see blobs.
  payload TEXT,
  metadata TEXT,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations
) STRICT;
-- Each ends in an order of the list of runs.
CREATE INDEX runs_by_start ON runs (started_at);
CREATE INDEX runs_by_end ON runs (ended_at);
CREATE INDEX runs_by_creation ON runs (created_at);
CREATE INDEX runs_by_duration ON runs (duration);
CREATE INDEX runs_by_outcome ON runs (outcome, started_at);
CREATE INDEX runs_by_unit ON runs (unit_pk, started_at);
CREATE INDEX runs_by_procedure ON runs (procedure_pk, started_at);
CREATE INDEX runs_by_version ON runs (version_pk, started_at) WHERE version_pk IS NOT NULL;
CREATE INDEX runs_by_user ON runs (created_by_user_pk, created_at) WHERE created_by_user_pk IS NOT NULL;
CREATE INDEX runs_by_station ON runs (created_by_station_pk, created_at) WHERE created_by_station_pk IS NOT NULL;
CREATE INDEX runs_by_operator ON runs (operated_by_id, started_at) WHERE operated_by_id IS NOT NULL;

-- What runs measured: zstd of canonical JSON, under the SHA-256 of that JSON. size: before compression.
CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

ALTER TABLE units ADD COLUMN run_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN last_run_at INTEGER;
ALTER TABLE units ADD COLUMN last_run_pk INTEGER;
ALTER TABLE units ADD COLUMN last_procedure_pk INTEGER;
CREATE INDEX units_by_last_run ON units (last_run_at);
CREATE INDEX units_by_last_procedure ON units (last_procedure_pk);
CREATE INDEX units_by_run_count ON units (run_count);

-- Counts and last runs follow the runs by themselves, whoever moves them.
CREATE TRIGGER run_enters AFTER INSERT ON runs
BEGIN
  UPDATE procedures SET run_count = run_count + 1 WHERE pk = NEW.procedure_pk;
  UPDATE versions SET run_count = run_count + 1 WHERE pk = NEW.version_pk;
  UPDATE units SET run_count = run_count + 1 WHERE pk = NEW.unit_pk;
  UPDATE units SET last_run_at = NEW.started_at, last_run_pk = NEW.pk, last_procedure_pk = NEW.procedure_pk
    WHERE pk = NEW.unit_pk AND (last_run_at IS NULL OR last_run_at <= NEW.started_at);
END;

CREATE TRIGGER run_leaves AFTER DELETE ON runs
BEGIN
  UPDATE procedures SET run_count = run_count - 1 WHERE pk = OLD.procedure_pk;
  UPDATE versions SET run_count = run_count - 1 WHERE pk = OLD.version_pk;
  UPDATE units SET run_count = run_count - 1 WHERE pk = OLD.unit_pk;
  UPDATE units SET (last_run_at, last_run_pk, last_procedure_pk) = (
      SELECT started_at, pk, procedure_pk FROM runs WHERE unit_pk = OLD.unit_pk ORDER BY started_at DESC, pk DESC LIMIT 1)
    WHERE pk = OLD.unit_pk AND last_run_pk = OLD.pk;
END;

CREATE TRIGGER run_moves AFTER UPDATE OF unit_pk, procedure_pk, version_pk, started_at ON runs
  WHEN OLD.unit_pk IS NOT NEW.unit_pk OR OLD.procedure_pk IS NOT NEW.procedure_pk OR OLD.version_pk IS NOT NEW.version_pk
    OR OLD.started_at IS NOT NEW.started_at
BEGIN
  UPDATE procedures SET run_count = run_count - 1 WHERE pk = OLD.procedure_pk;
  UPDATE procedures SET run_count = run_count + 1 WHERE pk = NEW.procedure_pk;
  UPDATE versions SET run_count = run_count - 1 WHERE pk = OLD.version_pk;
  UPDATE versions SET run_count = run_count + 1 WHERE pk = NEW.version_pk;
  UPDATE units SET run_count = run_count - 1 WHERE pk = OLD.unit_pk;
  UPDATE units SET run_count = run_count + 1 WHERE pk = NEW.unit_pk;
  UPDATE units SET (last_run_at, last_run_pk, last_procedure_pk) = (
      SELECT started_at, pk, procedure_pk FROM runs WHERE unit_pk = units.pk ORDER BY started_at DESC, pk DESC LIMIT 1)
    WHERE pk IN (OLD.unit_pk, NEW.unit_pk);
END;
