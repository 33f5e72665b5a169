import { afterAll, beforeAll, expect } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { name, sql } from '../../src/central/store/sql.ts'
import { referredFirst, selects, toRow } from '../../src/central/store/tables.ts'
import { faults } from '../../src/model/invariants.ts'
import { memory } from '../../src/model/memory.ts'
import { type CentralUnderTest, emptyDatabase, openCentral, openDatabase, stopServer } from './central.ts'
import type { Rows, Subject } from './scenario.ts'

/** Headquarters on one database for a whole file, emptied before each scenario. */
export function centralSubject(kind: Database['kind']): () => Promise<Subject> {
  let db: Database
  beforeAll(async () => {
    db = await openDatabase(kind)
  }, 120_000)
  afterAll(async () => {
    await db.close()
    stopServer()
  })
  return async () => {
    await emptyDatabase(db)
    const central = await openCentral(db)
    const { ids, pass, call, done } = central
    return {
      ids,
      pass,
      call,
      done,
      rows: () => rowsAt(db),
      async explain() {
        expect(central.defects, 'the app reported faults').toEqual([])
        await expectRowsToBeSound(central)
      },
    }
  }
}

async function rowsAt(db: Database): Promise<Rows> {
  const words = async (query: string) =>
    (await db.rows<{ word: string }>(sql`${name(query)}`)).map(({ word }) => word)
  return {
    batches: await words(`SELECT number || ' (' || (
      SELECT coalesce(sum(n), 0) FROM batch_revisions WHERE batch_id = b.id) || ')' AS word FROM batches b WHERE held IS NOT NULL ORDER BY held`),
    parts: await words(
      `SELECT number || ' ' || name AS word FROM parts WHERE held IS NOT NULL ORDER BY held`,
    ),
    revisions:
      await words(`SELECT p.number || '/' || r.number AS word FROM revisions r JOIN parts p ON p.id = r.part_id
      WHERE r.held IS NOT NULL ORDER BY p.held, r.held`),
    units: await words(`
      SELECT u.serial_number || ' ' || p.number || '/' || r.number || coalesce(' in ' || b.number, '')
        || coalesce(' under ' || m.serial_number, '') || coalesce(' ' || u.sample, '')
        || CASE WHEN u.metadata::text = '{}' THEN '' ELSE ' ' || u.metadata END AS word
      FROM units u JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id
        LEFT JOIN batches b ON b.id = u.batch_id LEFT JOIN units m ON m.id = u.parent_id
      WHERE u.held IS NOT NULL ORDER BY u.held`),
    attachments: await words(`
      SELECT a.name || ' (' || a.size || ')' || coalesce(' of ' || u.serial_number, '')
        || CASE WHEN a.run_id IS NULL THEN '' ELSE ' of a run' END AS word
      FROM attachments a LEFT JOIN units u ON u.id = a.unit_id WHERE a.held IS NOT NULL ORDER BY a.name, a.id`),
    stations: await words(`
      SELECT name || coalesce(' image ' || image_id, '') || coalesce(' team ' || team_id, '')
        || CASE WHEN deleted THEN ' removed' ELSE '' END AS word FROM stations ORDER BY pk`),
    procedures:
      await words(`SELECT q.name || ' (' || (SELECT count(*) FROM runs t WHERE t.procedure_id = q.id AND t.held IS NOT NULL) || ')' AS word
      FROM procedures q WHERE q.held IS NOT NULL ORDER BY q.pk`),
    versions: await words(`SELECT q.name || '/' || v.tag || ' (' || (
        SELECT count(*) FROM runs t WHERE t.version_id = v.id AND t.held IS NOT NULL) || ')' AS word
      FROM versions v JOIN procedures q ON q.id = v.procedure_id WHERE v.held IS NOT NULL ORDER BY q.pk, v.held`),
    links: await words(`SELECT s.name || ' ' || q.name AS word
      FROM procedure_links l JOIN stations s ON s.id = l.station_id JOIN procedures q ON q.id = l.procedure_id
      WHERE l.held IS NOT NULL ORDER BY l.pk`),
    runs: await words(`SELECT u.serial_number || ' ' || q.name || coalesce('/' || v.tag, '') || ' ' || t.outcome
        || CASE WHEN t.made_unit = 1 THEN ' made' ELSE '' END || coalesce(' by ' || o.name, '')
        || CASE WHEN t.metadata::text = '{}' THEN '' ELSE ' ' || t.metadata END AS word
      FROM runs t JOIN units u ON u.id = t.unit_id JOIN procedures q ON q.id = t.procedure_id
        LEFT JOIN versions v ON v.id = t.version_id LEFT JOIN users o ON o.id = t.operated_by_id
      WHERE t.held IS NOT NULL ORDER BY t.pk`),
    journal: (await words(
      `SELECT entry #>> '{operation,type}' AS word FROM commits ORDER BY seq`,
    )) as Rows['journal'],
  }
}

/** The laws hold, the counts are right, and the last image of each row in the feed is the row. */
async function expectRowsToBeSound({ db }: CentralUnderTest): Promise<void> {
  const rows = []
  for (const noun of referredFirst)
    for (const stored of await db.rows(selects[noun])) rows.push(toRow(noun, stored))
  expect(faults(memory(rows))).toEqual([])
  const images = await db.rows<{ image: object }>(sql`
    SELECT DISTINCT ON (image ->> 'noun', image ->> 'id') image FROM commits, json_array_elements(commits.rows) image
    ORDER BY image ->> 'noun', image ->> 'id', seq DESC`)
  const byName = (list: readonly { noun?: unknown; id?: unknown }[]) =>
    Object.fromEntries(list.map((row) => [`${String(row.noun)} ${String(row.id)}`, row]))
  expect(byName(rows)).toEqual(byName(images.map(({ image }) => image)))
  const wrong = await db.rows(sql`
    SELECT * FROM (
      SELECT batch_id, revision_id, count(*) AS n FROM units WHERE held IS NOT NULL AND batch_id IS NOT NULL GROUP BY 1, 2
    ) counted FULL JOIN batch_revisions USING (batch_id, revision_id) WHERE counted.n IS DISTINCT FROM batch_revisions.n`)
  expect(wrong).toEqual([])
  const misled = await db.rows(sql`
    SELECT u.id FROM units u LEFT JOIN unit_runs x ON x.unit_id = u.id LEFT JOIN (
      SELECT DISTINCT ON (unit_id) unit_id, id, started_at, procedure_id, outcome, count(*) OVER (PARTITION BY unit_id) AS n
      FROM runs WHERE held IS NOT NULL ORDER BY unit_id, started_at DESC, pk DESC
    ) last ON last.unit_id = u.id
    WHERE (x.run_count, x.last_run_at, x.last_run_id, x.last_procedure_id, x.last_outcome, u.tested, coalesce(x.pk, u.pk))
      IS DISTINCT FROM (last.n, last.started_at, last.id, last.procedure_id, last.outcome, last.n IS NOT NULL, u.pk)`)
  expect(misled).toEqual([])
}
