-- Which parts and revision numbers a batch has follows from which revisions it has. Until now all three runs, and the count, were changed
-- by each unit: now a unit changes its batch's count and one run, and only a revision that is new in a batch, or the last of its units that
-- leaves, changes the others.
--
--   batch_revisions      n = how many units
--   batch_parts          n = of how many revisions
--   batch_revision_keys  the same
DROP TRIGGER unit_enters_batch;
DROP TRIGGER unit_leaves_batch;
DROP TRIGGER unit_changes_batch_or_revision;
DROP TRIGGER revision_changes_key;
DROP TRIGGER revision_changes_part;

DELETE FROM batch_parts;
INSERT INTO batch_parts SELECT r.part_pk, v.created_at, v.batch_pk, count(*) FROM batch_revisions v
  JOIN revisions r ON r.pk = v.revision_pk GROUP BY 1, 2, 3;
DELETE FROM batch_revision_keys;
INSERT INTO batch_revision_keys SELECT r.key, v.created_at, v.batch_pk, count(*) FROM batch_revisions v
  JOIN revisions r ON r.pk = v.revision_pk GROUP BY 1, 2, 3;

CREATE TRIGGER unit_enters_batch AFTER INSERT ON units WHEN NEW.batch_pk IS NOT NULL
BEGIN
  UPDATE batches SET unit_count = unit_count + 1 WHERE pk = NEW.batch_pk;
  INSERT INTO batch_revisions SELECT NEW.revision_pk, created_at, pk, 1 FROM batches WHERE pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER unit_leaves_batch AFTER DELETE ON units WHEN OLD.batch_pk IS NOT NULL
BEGIN
  UPDATE batches SET unit_count = unit_count - 1 WHERE pk = OLD.batch_pk;
  UPDATE batch_revisions SET n = n - 1 WHERE (revision_pk, created_at, batch_pk) =
    (SELECT OLD.revision_pk, created_at, pk FROM batches WHERE pk = OLD.batch_pk);
END;

CREATE TRIGGER unit_changes_batch_or_revision AFTER UPDATE OF batch_pk, revision_pk ON units
  WHEN OLD.batch_pk IS NOT NEW.batch_pk OR OLD.revision_pk IS NOT NEW.revision_pk
BEGIN
  UPDATE batches SET unit_count = unit_count - 1 WHERE pk = OLD.batch_pk AND pk IS NOT NEW.batch_pk;
  UPDATE batches SET unit_count = unit_count + 1 WHERE pk = NEW.batch_pk AND pk IS NOT OLD.batch_pk;
  UPDATE batch_revisions SET n = n - 1 WHERE (revision_pk, created_at, batch_pk) =
    (SELECT OLD.revision_pk, created_at, pk FROM batches WHERE pk = OLD.batch_pk);
  INSERT INTO batch_revisions SELECT NEW.revision_pk, created_at, pk, 1 FROM batches WHERE pk = NEW.batch_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER revision_enters_batch AFTER INSERT ON batch_revisions
BEGIN
  INSERT INTO batch_parts SELECT part_pk, NEW.created_at, NEW.batch_pk, 1 FROM revisions WHERE pk = NEW.revision_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
  INSERT INTO batch_revision_keys SELECT key, NEW.created_at, NEW.batch_pk, 1 FROM revisions WHERE pk = NEW.revision_pk
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER revision_leaves_batch AFTER UPDATE OF n ON batch_revisions WHEN NEW.n = 0
BEGIN
  UPDATE batch_parts SET n = n - 1 WHERE (part_pk, created_at, batch_pk) =
    (SELECT part_pk, NEW.created_at, NEW.batch_pk FROM revisions WHERE pk = NEW.revision_pk);
  UPDATE batch_revision_keys SET n = n - 1 WHERE (revision_key, created_at, batch_pk) =
    (SELECT key, NEW.created_at, NEW.batch_pk FROM revisions WHERE pk = NEW.revision_pk);
  DELETE FROM batch_revisions WHERE revision_pk = NEW.revision_pk AND created_at = NEW.created_at AND batch_pk = NEW.batch_pk;
END;

CREATE TRIGGER part_leaves_batch AFTER UPDATE OF n ON batch_parts WHEN NEW.n = 0
BEGIN
  DELETE FROM batch_parts WHERE part_pk = NEW.part_pk AND created_at = NEW.created_at AND batch_pk = NEW.batch_pk;
END;

CREATE TRIGGER revision_key_leaves_batch AFTER UPDATE OF n ON batch_revision_keys WHEN NEW.n = 0
BEGIN
  DELETE FROM batch_revision_keys
    WHERE revision_key = NEW.revision_key AND created_at = NEW.created_at AND batch_pk = NEW.batch_pk;
END;

CREATE TRIGGER revision_changes_key AFTER UPDATE OF key ON revisions WHEN OLD.key <> NEW.key
BEGIN
  UPDATE batch_revision_keys SET n = n - 1 WHERE (revision_key, created_at, batch_pk) IN
    (SELECT OLD.key, created_at, batch_pk FROM batch_revisions WHERE revision_pk = NEW.pk);
  INSERT INTO batch_revision_keys SELECT NEW.key, created_at, batch_pk, 1 FROM batch_revisions WHERE revision_pk = NEW.pk
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER revision_changes_part AFTER UPDATE OF part_pk ON revisions WHEN OLD.part_pk <> NEW.part_pk
BEGIN
  UPDATE batch_parts SET n = n - 1 WHERE (part_pk, created_at, batch_pk) IN
    (SELECT OLD.part_pk, created_at, batch_pk FROM batch_revisions WHERE revision_pk = NEW.pk);
  INSERT INTO batch_parts SELECT NEW.part_pk, created_at, batch_pk, 1 FROM batch_revisions WHERE revision_pk = NEW.pk
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
