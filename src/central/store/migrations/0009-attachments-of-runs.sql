-- An attachment belongs to a unit, or to a run, or to nothing yet.
ALTER TABLE attachments ADD COLUMN run_id text COLLATE "C";
CREATE INDEX attachments_by_run ON attachments (run_id) WHERE held IS NOT NULL;
