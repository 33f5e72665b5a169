-- The first run of each procedure that a unit met, and how it ended, without a look at the runs themselves.

CREATE INDEX runs_by_unit_and_procedure ON runs (unit_pk, procedure_pk, started_at, outcome);
