-- Bytes of attachments, as their stations send them: piece by piece, in order, from any number of stations at once. They count
-- (whole) once their SHA-256 was found to be their name.
CREATE TABLE files (
  sha256 text COLLATE "C" PRIMARY KEY,
  size bigint NOT NULL,
  received bigint NOT NULL,
  whole boolean NOT NULL,
  -- When the last piece came; milliseconds since 1970 UTC.
  touched_at bigint NOT NULL
);
CREATE TABLE file_pieces (
  sha256 text COLLATE "C" NOT NULL REFERENCES files ON DELETE CASCADE,
  start bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (sha256, start)
);
-- Most files are compressed already, and whoever reads a part of a piece should not have to unpack it.
ALTER TABLE file_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;
