-- What a newer headquarters said and this program did not know: rows of its nouns, and fields of rows (deferred.ts).
CREATE TABLE deferred_rows (
  noun TEXT NOT NULL,
  id TEXT NOT NULL,
  row TEXT NOT NULL,
  PRIMARY KEY (noun, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE deferred_fields (
  id TEXT PRIMARY KEY,
  noun TEXT NOT NULL,
  fields TEXT NOT NULL
) STRICT, WITHOUT ROWID;
