-- Conflict records of headquarters' new history, while it is read beside the base; they take the place of the old ones with it. What an earlier
-- version read of one that is under way went to `conflicts` at once.
CREATE TABLE stage_conflicts (
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
INSERT INTO stage_conflicts SELECT id, seq, op_id, station_id, at, kind, conflict, answer, answered_at, undo FROM conflicts;

-- Answers that wait: they stand before what the records have.
CREATE INDEX journal_answers ON journal (local_id) WHERE operation LIKE '{"type":"conflict.answer"%';
