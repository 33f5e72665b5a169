-- Test runs: procedures with their versions, which stations may report runs of them, the runs, and what was measured.

CREATE TABLE procedures (
  id text COLLATE "C" PRIMARY KEY,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  name text COLLATE "C" NOT NULL,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL
);
CREATE INDEX procedures_by_creation ON procedures (created_at, pk) WHERE held IS NOT NULL;
CREATE INDEX procedures_joined ON procedures (into_id) WHERE into_id IS NOT NULL;

CREATE TABLE versions (
  id text COLLATE "C" PRIMARY KEY,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  procedure_id text COLLATE "C" NOT NULL,
  tag text COLLATE "C" NOT NULL,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL,
  UNIQUE (procedure_id, held) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX versions_by_key ON versions (held);
CREATE INDEX versions_joined ON versions (into_id) WHERE into_id IS NOT NULL;

-- A station key may report runs of the procedures that its station is linked to.
CREATE TABLE procedure_links (
  id text COLLATE "C" PRIMARY KEY,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  station_id text COLLATE "C" NOT NULL,
  procedure_id text COLLATE "C" NOT NULL,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL
);
CREATE INDEX procedure_links_by_station ON procedure_links (station_id, procedure_id) WHERE held IS NOT NULL;
CREATE INDEX procedure_links_by_procedure ON procedure_links (procedure_id) WHERE held IS NOT NULL;
CREATE INDEX procedure_links_joined ON procedure_links (into_id) WHERE into_id IS NOT NULL;

-- payload: SHA-256 of what was measured.
CREATE TABLE runs (
  id text COLLATE "C" PRIMARY KEY,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  unit_id text COLLATE "C" NOT NULL,
  procedure_id text COLLATE "C" NOT NULL,
  version_id text COLLATE "C",
  outcome text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  duration bigint GENERATED ALWAYS AS (ended_at - started_at) STORED,
  docstring text,
  operated_by_id text COLLATE "C",
  made_unit integer NOT NULL,
  payload text COLLATE "C",
  metadata json NOT NULL,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL
);
CREATE INDEX runs_by_start ON runs (started_at, pk) WHERE held IS NOT NULL;
CREATE INDEX runs_by_creation ON runs (created_at, pk) WHERE held IS NOT NULL;
CREATE INDEX runs_by_duration ON runs (duration, pk) WHERE held IS NOT NULL;
CREATE INDEX runs_by_outcome ON runs (outcome, started_at, pk) WHERE held IS NOT NULL;
CREATE INDEX runs_by_unit ON runs (unit_id, started_at, pk) WHERE held IS NOT NULL;
CREATE INDEX runs_by_procedure ON runs (procedure_id, started_at, pk) WHERE held IS NOT NULL;
CREATE INDEX runs_by_version ON runs (version_id, started_at, pk) WHERE held IS NOT NULL AND version_id IS NOT NULL;
CREATE INDEX runs_by_station ON runs (created_by_station_id, created_at) WHERE held IS NOT NULL AND created_by_station_id IS NOT NULL;
CREATE INDEX runs_joined ON runs (into_id) WHERE into_id IS NOT NULL;

-- What runs measured: zstd of canonical JSON, under the SHA-256 of that JSON. size: before compression.
CREATE TABLE blobs (
  sha256 text COLLATE "C" PRIMARY KEY,
  size bigint NOT NULL,
  bytes bytea NOT NULL
);

DO $$
DECLARE guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['procedures', 'versions', 'procedure_links', 'runs']
  LOOP
    EXECUTE format('CREATE TRIGGER only_in_order BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION only_in_order()', guarded);
  END LOOP;
END $$;
