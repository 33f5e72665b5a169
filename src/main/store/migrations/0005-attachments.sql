-- Files of units. The bytes lie in the folder attachments/, named by their content (store/blob-files.ts): a row says which.
CREATE TABLE attachments (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  -- As the uploader called it; nobody has looked whether it is that.
  content_type TEXT,
  unit_pk INTEGER REFERENCES units,
  created_at INTEGER NOT NULL,
  created_by_user_pk INTEGER REFERENCES users,
  created_by_station_pk INTEGER REFERENCES stations
) STRICT;
CREATE INDEX attachments_by_unit ON attachments (unit_pk) WHERE unit_pk IS NOT NULL;
CREATE INDEX attachments_by_content ON attachments (sha256);

-- What was announced and has no bytes yet: this station's own affair, forgotten when its link has expired.
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  unit_id TEXT,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_time ON uploads (created_at);

-- Bytes that headquarters may not have yet. What it has is taken out; with a new history of headquarters all are put in again.
CREATE TABLE blob_lane (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
