-- Of each unit that has runs: how many, and the last of them. pk: the unit's. A table of its own, for a unit stands in a dozen indexes
-- that would all be written again with each run.
CREATE TABLE unit_runs (
  unit_id text COLLATE "C" PRIMARY KEY,
  pk bigint NOT NULL,
  run_count bigint NOT NULL,
  last_run_at bigint,
  last_run_id text COLLATE "C",
  last_procedure_id text COLLATE "C",
  last_outcome text COLLATE "C"
);
ALTER TABLE units ADD COLUMN tested boolean NOT NULL DEFAULT false;

CREATE INDEX runs_by_procedure_and_outcome ON runs (procedure_id, outcome, started_at, pk) WHERE held IS NOT NULL;
CREATE INDEX runs_by_end ON runs (ended_at) WHERE held IS NOT NULL;
CREATE INDEX runs_by_user ON runs (created_by_user_id, created_at) WHERE held IS NOT NULL AND created_by_user_id IS NOT NULL;
CREATE INDEX runs_by_operator ON runs (operated_by_id, started_at) WHERE held IS NOT NULL AND operated_by_id IS NOT NULL;

-- ns: how many runs each of the units got.
CREATE FUNCTION follow_runs(ids text[], ns bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unit_runs (unit_id, pk, run_count, last_run_at, last_run_id, last_procedure_id, last_outcome)
  SELECT u.id, u.pk, changed.n, last.started_at, last.id, last.procedure_id, last.outcome
  FROM unnest(ids, ns) AS changed(id, n) JOIN units u ON u.id = changed.id LEFT JOIN LATERAL (
    SELECT t.id, t.started_at, t.procedure_id, t.outcome FROM runs t WHERE t.unit_id = changed.id AND t.held IS NOT NULL
    ORDER BY t.started_at DESC, t.pk DESC LIMIT 1
  ) last ON true
  ON CONFLICT (unit_id) DO UPDATE SET run_count = unit_runs.run_count + excluded.run_count, last_run_at = excluded.last_run_at,
    last_run_id = excluded.last_run_id, last_procedure_id = excluded.last_procedure_id,
    last_outcome = excluded.last_outcome;
  DELETE FROM unit_runs WHERE unit_id = ANY(ids) AND run_count = 0;
  UPDATE units u SET tested = NOT u.tested
  WHERE u.id = ANY(ids) AND u.tested <> EXISTS (SELECT FROM unit_runs x WHERE x.unit_id = u.id);
END $$;

CREATE FUNCTION follow_entering_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM follow_runs(array_agg(unit_id), array_agg(n))
  FROM (SELECT unit_id, count(*) AS n FROM new_runs WHERE held IS NOT NULL GROUP BY unit_id) came HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE FUNCTION follow_moving_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM old_runs o JOIN new_runs t ON t.id = o.id
    WHERE (o.unit_id, o.procedure_id, o.started_at, o.outcome, o.held IS NULL)
      IS DISTINCT FROM (t.unit_id, t.procedure_id, t.started_at, t.outcome, t.held IS NULL)
  ) THEN
    PERFORM follow_runs(array_agg(unit_id), array_agg(n)) FROM (
      SELECT unit_id, sum(n)::bigint AS n FROM (
        SELECT unit_id, -1 AS n FROM old_runs WHERE held IS NOT NULL UNION ALL SELECT unit_id, 1 FROM new_runs WHERE held IS NOT NULL
      ) each GROUP BY unit_id
    ) moved;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER runs_enter AFTER INSERT ON runs
  REFERENCING NEW TABLE AS new_runs FOR EACH STATEMENT EXECUTE FUNCTION follow_entering_runs();
CREATE TRIGGER runs_move AFTER UPDATE ON runs
  REFERENCING OLD TABLE AS old_runs NEW TABLE AS new_runs FOR EACH STATEMENT EXECUTE FUNCTION follow_moving_runs();

-- No row changes for its readers: the feed need not hear of it.
ALTER TABLE units DISABLE TRIGGER USER;
INSERT INTO unit_runs (unit_id, pk, run_count, last_run_at, last_run_id, last_procedure_id, last_outcome)
SELECT u.id, u.pk, last.n, last.started_at, last.id, last.procedure_id, last.outcome
FROM (
  SELECT DISTINCT ON (unit_id) unit_id, id, started_at, procedure_id, outcome, count(*) OVER (PARTITION BY unit_id) AS n
  FROM runs WHERE held IS NOT NULL ORDER BY unit_id, started_at DESC, pk DESC
) last JOIN units u ON u.id = last.unit_id;
UPDATE units SET tested = true WHERE id IN (SELECT unit_id FROM unit_runs);
ALTER TABLE units ENABLE TRIGGER USER;
CREATE TRIGGER only_in_order BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON unit_runs
  FOR EACH STATEMENT EXECUTE FUNCTION only_in_order();

CREATE INDEX unit_runs_by_last ON unit_runs (last_run_at, pk);
CREATE INDEX unit_runs_by_last_procedure ON unit_runs (last_procedure_id, pk);
CREATE INDEX unit_runs_by_count ON unit_runs (run_count);
CREATE INDEX units_of_revision ON units (revision_id, pk) WHERE held IS NOT NULL;
CREATE INDEX untested_units ON units (pk) WHERE held IS NOT NULL AND NOT tested;
-- Runs by serial number or part go along the units that have any.
CREATE INDEX tested_units_by_key ON units (held) WHERE held IS NOT NULL AND tested;
CREATE INDEX tested_units_of_revision ON units (revision_id, pk) WHERE held IS NOT NULL AND tested;
