-- Files of units, as rows like any other. Their bytes come by themselves, sooner or later.
CREATE TABLE attachments (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  held text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN deleted OR into_id IS NOT NULL THEN NULL ELSE key END) STORED,
  sha256 text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  content_type text,
  unit_id text COLLATE "C",
  pk bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by_user_id text,
  created_by_station_id text,
  deleted boolean NOT NULL,
  into_id text COLLATE "C",
  marks json NOT NULL
);
CREATE INDEX attachments_by_unit ON attachments (unit_id) WHERE held IS NOT NULL;
CREATE INDEX attachments_by_content ON attachments (sha256);
CREATE INDEX attachments_joined ON attachments (into_id) WHERE into_id IS NOT NULL;
CREATE TRIGGER only_in_order BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON attachments
  FOR EACH STATEMENT EXECUTE FUNCTION only_in_order();
