-- What was answered to a write whose client may not have heard it, or who sent an Idempotency-Key (explicit): as on a station.
CREATE TABLE replies (
  fingerprint text COLLATE "C" PRIMARY KEY,
  request text NOT NULL,
  explicit boolean NOT NULL,
  answered_at bigint NOT NULL,
  body text NOT NULL,
  -- The process that answered, and whether it knows that its client went away without the answer.
  run text NOT NULL,
  lost boolean NOT NULL DEFAULT false
);
CREATE INDEX replies_by_time ON replies (answered_at);

-- Which processes of headquarters are there: what one that is gone could not see delivered is in doubt.
CREATE TABLE processes (
  name text COLLATE "C" PRIMARY KEY,
  run text NOT NULL,
  seen_at bigint NOT NULL
);
