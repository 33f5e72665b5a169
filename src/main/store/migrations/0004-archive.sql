-- When headquarters' clock said that the feed had shown the operation. Without any verified backup at headquarters, the archive ends by time.
ALTER TABLE archive ADD COLUMN archived_at INTEGER;
CREATE INDEX archive_by_time ON archive (archived_at);
