import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { listBatches } from '../src/central/store/batch-list.ts'
import type { Database } from '../src/central/store/database.ts'
import { indexSearch, migrate } from '../src/central/store/migrate.ts'
import { openPglite } from '../src/central/store/pglite.ts'
import { connectPostgres } from '../src/central/store/postgres.ts'
import { createSequencer } from '../src/central/store/sequencer.ts'
import { listUnits } from '../src/central/store/unit-list.ts'
import { batchListQuery } from '../src/model/batch.ts'
import { unitEndpoints } from '../src/model/unit.ts'
import { startCluster } from '../tests/support/postgres.ts'
import { OPS, reads, STATIONS, writes } from './headquarters.ts'

/*
 * What headquarters bears: `node bench/central.ts [--rows N]`. Operations per second with one station that sends one by one, and
 * with many that send their backlog; changes read per second and their size on the wire; and how long lists take among
 * N batches with two units each.
 */
/** Rows of a large plant, put in past the feed: only the lists are of interest. */
async function fill(db: Database, rows: number): Promise<void> {
  await db.script(`
    BEGIN;
    SET LOCAL session_replication_role = replica;
    INSERT INTO parts (id, number, key, name, pk, created_at, deleted, marks)
      SELECT 'p' || i, 'PART-' || i, 'part-' || i, 'Part', -i, 0, false, '{}' FROM generate_series(1, 50) i;
    INSERT INTO revisions (id, part_id, number, key, pk, created_at, deleted, marks)
      SELECT 'r' || i, 'p' || i, 'A', 'a', -i, 0, false, '{}' FROM generate_series(1, 50) i;
    INSERT INTO batches (id, number, key, pk, created_at, deleted, marks)
      SELECT gen_random_uuid(), 'BATCH-' || i, 'batch-' || i, 1000000 + i, i * 60000::bigint, false, '{}' FROM generate_series(1, ${rows}) i;
    INSERT INTO units (id, serial_number, key, revision_id, batch_id, metadata, pk, created_at, deleted, marks)
      SELECT gen_random_uuid(), 'UNIT-' || b.pk || '-' || k, 'unit-' || b.pk || '-' || k, 'r' || (1 + b.pk % 50), b.id, '{}', b.pk * 2 + k, b.created_at, false, '{}'
      FROM batches b, generate_series(1, 2) k WHERE b.pk > 1000000;
    INSERT INTO batch_revisions (batch_id, revision_id, created_at, pk, n)
      SELECT batch_id, revision_id, min(b.created_at), min(b.pk), count(*) FROM units u JOIN batches b ON b.id = u.batch_id WHERE b.pk > 1000000 GROUP BY 1, 2;
    COMMIT;
    ANALYZE`)
}

const lists: Record<string, string> = {
  'first page': '',
  'by number': 'sort_by=number',
  'page 1000 (offset 100000)': 'limit=100&cursor=100000',
  'search, rare': 'search_query=batch-77777',
  'search, common': 'search_query=batch-7',
  'search, none': 'search_query=zzzzz',
  'search in serial numbers': 'search_query=1077777-1',
  'one part': 'part_numbers=PART-7',
  'one part by number': 'part_numbers=PART-7&sort_by=number',
  'revision A (all)': 'revision_numbers=A',
  'a day': 'created_after=1970-06-01T00:00:00Z&created_before=1970-06-02T00:00:00Z',
}

async function listTimes(db: Database): Promise<Record<string, string>> {
  const times: Record<string, string> = {}
  const measure = async (name: string, work: () => Promise<unknown>) => {
    const runs: number[] = []
    for (let i = 0; i < 7; i++) {
      const started = performance.now()
      await work()
      runs.push(performance.now() - started)
    }
    times[name] = `${runs.sort((a, b) => a - b)[3]!.toFixed(1)} ms`
  }
  for (const [name, query] of Object.entries(lists)) {
    const asked = Object.fromEntries(new URLSearchParams(query)) as Record<string, string | string[]>
    for (const array of ['part_numbers', 'revision_numbers'])
      if (array in asked) asked[array] = [asked[array] as string]
    await measure(`batches, ${name}`, () => listBatches(db, batchListQuery.parse(asked)))
  }
  const units = (query: object) => () => listUnits(db, unitEndpoints.list.query.parse(query))
  await measure('units, first page', units({}))
  await measure('units, search, rare', units({ search_query: '1077777-1' }))
  return times
}

async function run(name: string, db: Database, rows: number): Promise<void> {
  await migrate(db, () => Promise.resolve())
  await indexSearch(db)
  const sequencer = createSequencer(db, () => Date.now())
  const { single, backlog } = await writes(sequencer)
  const { rate, bytes, packed } = await reads(sequencer)
  console.log(`\n${name}`)
  console.table({
    'one station, one by one': `${single.toFixed(0)} operations/s`,
    [`${STATIONS} stations, ${OPS} at a time`]: `${backlog.toFixed(0)} operations/s`,
    'feed, pages of 1000': `${rate.toFixed(0)} changes/s`,
    'a change, plain and zstd': `${bytes.toFixed(0)} B, ${packed.toFixed(0)} B`,
  })
  if (rows === 0) return
  await fill(db, rows)
  console.log(`lists among ${rows} batches with two units each (median of 7)`)
  console.table(await listTimes(db))
}

const { argv } = process
const at = argv.indexOf('--rows')
const rows = at === -1 ? 0 : Number(argv[at + 1])

const cluster = await startCluster(true)
const postgres = connectPostgres(cluster.createDatabase('bench'), (error) => console.error(error))
await run('PostgreSQL (fsync on)', postgres, rows)
await postgres.close()
cluster.stop()

const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-bench-'))
const embedded = await openPglite(join(folder, 'postgres'))
await run('PGlite in a folder', embedded, 0)
await embedded.close()
rmSync(folder, { recursive: true, force: true })
