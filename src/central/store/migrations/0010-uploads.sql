-- What was announced at headquarters itself and has no bytes yet; forgotten when its link has expired.
CREATE TABLE uploads (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  unit_id text COLLATE "C",
  run_id text COLLATE "C",
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX uploads_by_time ON uploads (created_at);
