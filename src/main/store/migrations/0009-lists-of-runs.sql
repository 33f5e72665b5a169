-- A procedure's runs of one outcome, in the order of their start.
CREATE INDEX runs_by_procedure_and_outcome ON runs (procedure_pk, outcome, started_at);
-- Runs by serial number or part go along the units that have any.
CREATE UNIQUE INDEX tested_units_by_key ON units (key) WHERE run_count > 0;
CREATE INDEX tested_units_by_revision ON units (revision_pk) WHERE run_count > 0;
