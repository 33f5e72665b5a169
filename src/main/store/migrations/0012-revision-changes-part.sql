-- Two stations that made one part each on their own: when the parts turn out to be one, revisions go over to the other part, and
-- with them the run of its batches. Until now it stayed with the part that was given up.
CREATE TRIGGER revision_changes_part AFTER UPDATE OF part_pk ON revisions WHEN OLD.part_pk <> NEW.part_pk
BEGIN
  UPDATE batch_parts SET n = n - (SELECT v.n FROM batch_revisions v
      WHERE v.revision_pk = NEW.pk AND v.created_at = batch_parts.created_at AND v.batch_pk = batch_parts.batch_pk)
    WHERE part_pk = OLD.part_pk AND EXISTS (SELECT 1 FROM batch_revisions v
      WHERE v.revision_pk = NEW.pk AND v.created_at = batch_parts.created_at AND v.batch_pk = batch_parts.batch_pk);
  DELETE FROM batch_parts WHERE part_pk = OLD.part_pk AND n = 0;
  INSERT INTO batch_parts SELECT NEW.part_pk, v.created_at, v.batch_pk, v.n FROM batch_revisions v WHERE v.revision_pk = NEW.pk
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;

DELETE FROM batch_parts;
INSERT INTO batch_parts SELECT r.part_pk, b.created_at, b.pk, count(*) FROM units u
  JOIN revisions r ON r.pk = u.revision_pk JOIN batches b ON b.pk = u.batch_pk GROUP BY 1, 2, 3;
