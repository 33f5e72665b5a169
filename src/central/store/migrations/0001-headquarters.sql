-- Headquarters: every row there is, the one order of all changes, and what is known of the stations.
-- Rows are named by id everywhere. key = ASCII lower case of the number; held = the key while the row is live, else null.
-- pk = the position that made the row: the order of creation, the same on every copy. Times are milliseconds since 1970 UTC.

-- The one row that every write locks first: whoever holds it numbers the next changes. So the order of numbers is the order of
-- commits, and a reader that sees one position sees all before it.
CREATE TABLE headquarters (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  id text NOT NULL,
  organization_slug text NOT NULL,
  -- Signs cursors: all processes of one headquarters share it.
  secret text NOT NULL,
  epoch text NOT NULL,
  seq bigint NOT NULL,
  hash text NOT NULL,
  safe_seq bigint NOT NULL,
  -- Moves with every write transaction: what was read before is still true while it stands.
  writes bigint NOT NULL
) WITH (fillfactor = 10);

CREATE TABLE users (
  id text COLLATE "C" PRIMARY KEY,
  email text NOT NULL,
  name text,
  image text,
  banned boolean NOT NULL DEFAULT false,
  pk bigint GENERATED ALWAYS AS IDENTITY
);

CREATE TABLE stations (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  image_id text,
  team_id text,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL
);

CREATE TABLE parts (
  id text COLLATE "C" PRIMARY KEY,
  number text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  name text COLLATE "C",
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL,
  -- Looked at when the transaction ends: in between, two rows may swap their numbers.
  UNIQUE (held) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX parts_by_creation ON parts (created_at, pk) WHERE held IS NOT NULL;
CREATE INDEX parts_joined ON parts (into_id) WHERE into_id IS NOT NULL;

CREATE TABLE revisions (
  id text COLLATE "C" PRIMARY KEY,
  part_id text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  image_id text,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL,
  UNIQUE (part_id, held) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX revisions_by_key ON revisions (held);
CREATE INDEX revisions_joined ON revisions (into_id) WHERE into_id IS NOT NULL;

CREATE TABLE batches (
  id text COLLATE "C" PRIMARY KEY,
  number text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL,
  UNIQUE (held) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX batches_by_creation ON batches (created_at, pk) WHERE held IS NOT NULL;
CREATE INDEX batches_joined ON batches (into_id) WHERE into_id IS NOT NULL;

CREATE TABLE units (
  id text COLLATE "C" PRIMARY KEY,
  serial_number text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  revision_id text COLLATE "C" NOT NULL,
  batch_id text COLLATE "C",
  parent_id text COLLATE "C",
  sample text,
  metadata json NOT NULL,
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL,
  UNIQUE (held) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX units_by_creation ON units (created_at, pk) WHERE held IS NOT NULL;
CREATE INDEX units_by_batch ON units (batch_id, held) WHERE held IS NOT NULL;
CREATE INDEX units_by_revision ON units (revision_id, created_at, pk) WHERE held IS NOT NULL;
CREATE INDEX units_by_parent ON units (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX units_joined ON units (into_id) WHERE into_id IS NOT NULL;

-- Which revisions a batch holds and how many units of each, in the order of the list of batches.
CREATE TABLE batch_revisions (
  batch_id text COLLATE "C" NOT NULL,
  revision_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  pk bigint NOT NULL,
  n integer NOT NULL,
  PRIMARY KEY (batch_id, revision_id)
);
CREATE INDEX batch_revisions_in_order ON batch_revisions (revision_id, created_at, pk);

-- The feed: one row for each change, in the one order. entry is what was asked, rows and conflicts what came of it.
CREATE TABLE commits (
  seq bigint PRIMARY KEY,
  hash text NOT NULL,
  op_id text COLLATE "C" NOT NULL UNIQUE,
  txn_id text NOT NULL,
  station_id text NOT NULL,
  result text NOT NULL,
  rows json NOT NULL,
  conflicts json NOT NULL,
  content text NOT NULL,
  made_as text NOT NULL,
  entry json NOT NULL,
  received_at bigint NOT NULL
);

CREATE TABLE conflicts (
  seq bigint NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  station_id text NOT NULL,
  detail json NOT NULL,
  decided_at bigint,
  PRIMARY KEY (seq, ordinal)
);
CREATE INDEX conflicts_open ON conflicts (station_id) WHERE decided_at IS NULL;

-- Lineages of stations' databases, and the chain that came in each.
CREATE TABLE incarnations (
  id text COLLATE "C" PRIMARY KEY,
  station_id text NOT NULL,
  parent json,
  last_n bigint NOT NULL,
  last_hash text NOT NULL
);

CREATE TABLE chain (
  incarnation text COLLATE "C" NOT NULL,
  n bigint NOT NULL,
  hash text NOT NULL,
  op_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (incarnation, n)
);
CREATE INDEX chain_by_operation ON chain (incarnation, op_id);

CREATE TABLE closed_epochs (
  epoch text COLLATE "C" PRIMARY KEY
);

CREATE TABLE incidents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  station_id text NOT NULL,
  detail json NOT NULL,
  reported_at bigint NOT NULL
);

-- Only the SHA-256 of keys, codes and credentials is kept.
CREATE TABLE keys (
  id text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('user', 'station')),
  name text NOT NULL,
  hash bytea NOT NULL UNIQUE,
  owner_id text NOT NULL,
  created_at bigint NOT NULL,
  revoked_at bigint
);

CREATE TABLE enrolments (
  station_id text COLLATE "C" PRIMARY KEY,
  code_hash bytea NOT NULL UNIQUE,
  code_created_at bigint NOT NULL,
  -- Who used the code first, and when: that attempt alone is answered again.
  attempt text,
  attempted_at bigint,
  credential_hash bytea UNIQUE,
  revoked_at bigint
);

-- What each station said of itself when it was last heard.
CREATE TABLE sightings (
  station_id text COLLATE "C" PRIMARY KEY,
  seen_at bigint NOT NULL,
  version text NOT NULL,
  pending bigint NOT NULL,
  oldest_ms bigint,
  conflicts bigint NOT NULL,
  disk_free_bytes bigint,
  clock_ahead_ms bigint NOT NULL,
  boot_id text NOT NULL,
  incarnation text NOT NULL,
  cursor_seq bigint NOT NULL
);

-- Counts and runs follow the units by themselves.
CREATE FUNCTION count_entering_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO batch_revisions (batch_id, revision_id, created_at, pk, n)
  SELECT u.batch_id, u.revision_id, b.created_at, b.pk, count(*)
  FROM new_units u JOIN batches b ON b.id = u.batch_id WHERE u.held IS NOT NULL
  GROUP BY u.batch_id, u.revision_id, b.created_at, b.pk
  ON CONFLICT (batch_id, revision_id) DO UPDATE SET n = batch_revisions.n + excluded.n;
  RETURN NULL;
END $$;

CREATE FUNCTION count_moving_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM old_units o JOIN new_units u ON u.id = o.id
    WHERE (o.batch_id, o.revision_id, o.held IS NULL) IS DISTINCT FROM (u.batch_id, u.revision_id, u.held IS NULL)
  ) THEN
    RETURN NULL;
  END IF;
  INSERT INTO batch_revisions (batch_id, revision_id, created_at, pk, n)
  SELECT moved.batch_id, moved.revision_id, b.created_at, b.pk, sum(moved.n)
  FROM (
    SELECT batch_id, revision_id, -1 AS n FROM old_units WHERE held IS NOT NULL
    UNION ALL SELECT batch_id, revision_id, 1 FROM new_units WHERE held IS NOT NULL
  ) moved JOIN batches b ON b.id = moved.batch_id
  GROUP BY moved.batch_id, moved.revision_id, b.created_at, b.pk HAVING sum(moved.n) <> 0
  ON CONFLICT (batch_id, revision_id) DO UPDATE SET n = batch_revisions.n + excluded.n;
  DELETE FROM batch_revisions WHERE n = 0 AND batch_id IN (SELECT batch_id FROM old_units);
  RETURN NULL;
END $$;

CREATE TRIGGER units_enter AFTER INSERT ON units
  REFERENCING NEW TABLE AS new_units FOR EACH STATEMENT EXECUTE FUNCTION count_entering_units();
CREATE TRIGGER units_move AFTER UPDATE ON units
  REFERENCING OLD TABLE AS old_units NEW TABLE AS new_units FOR EACH STATEMENT EXECUTE FUNCTION count_moving_units();

-- A row that changes without a place in the order would never reach the stations, and their copies would differ for ever.
CREATE FUNCTION only_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('lotkeeper.sequencer', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'lotkeeper: % of % goes round the feed: stations would never hear of it', TG_OP, TG_TABLE_NAME
      USING HINT = 'Change rows through the API of headquarters.';
  END IF;
  RETURN NULL;
END $$;

DO $$
DECLARE guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['stations', 'parts', 'revisions', 'batches', 'units', 'batch_revisions', 'commits', 'incarnations', 'chain', 'closed_epochs']
  LOOP
    EXECUTE format('CREATE TRIGGER only_in_order BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION only_in_order()', guarded);
  END LOOP;
END $$;
