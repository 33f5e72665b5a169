/** [S23] What a new station reads into a file of its own is what it would have read page by page, and nothing of its own is lost on the way. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test, vi } from 'vitest'

import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { makeFirstFile, moveIn, originOfTables } from '../../src/main/store/first-file.ts'
import { openFirstRows } from '../../src/main/store/first-rows.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { mergeGone } from '../../src/main/store/search-merge.ts'
import { sql, type SqlValue } from '../../src/main/store/sql.ts'
import { firstMeta } from '../../src/main/store/sync-state.ts'
import { viewOf } from '../../src/main/store/synced.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Row } from '../../src/model/state.ts'
import { thinned } from '../../src/model/sync/cursor.ts'
import type { Commit, Page } from '../../src/model/sync/protocol.ts'
import { wordsOf } from '../../src/model/sync/records.ts'
import { lastImages } from '../../src/model/sync/station/stage.ts'
import type { Central } from '../simulation/central.ts'
import type * as End from '../simulation/end.ts'
import { plan } from '../simulation/plan.ts'
import { prng, type Prng } from '../simulation/prng.ts'
import { expectSame, tablesOf } from './dump.ts'
import { closeTwins, copyOf, enter, newTwin, started, type Twin, write } from './twin.ts'

const { ended } = vi.hoisted(() => ({ ended: { central: undefined as Central | undefined } }))
vi.mock('../simulation/end.ts', async (original) => {
  const end = (await original()) as typeof End
  return {
    ...end,
    checkEnd(world: Parameters<typeof end.checkEnd>[0]) {
      ended.central = world.central
      end.checkEnd(world)
    },
  }
})
const { simulate } = await import('../simulation/simulate.ts')

const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-first-'))
afterAll(() => {
  closeTwins()
  rmSync(folder, { recursive: true, force: true })
})

const SEEDS = Number(process.env['SEEDS'] ?? 12)
const FROM = Number(process.env['FROM'] ?? 1)
const NOW = 1_800_000_000_000

function* pagesOf(commits: readonly Commit[], r: Prng): Generator<Page> {
  let from = { epoch: 'epoch', seq: 0, hash: commits[0] === undefined ? '' : 'start', mac: '' }
  for (let at = 0; at < commits.length;) {
    const taken = commits.slice(at, at + r.int(1, 40))
    at += taken.length
    const { seq, hash } = taken.at(-1)!
    const to = { epoch: 'epoch', seq, hash, mac: 'mac' }
    yield { kind: 'page', from, to, commits: taken, more: at < commits.length, safe_seq: 0 }
    from = to
  }
}

/** What a station may have done before it ever heard of headquarters: some of it meets what is there. */
function ownWork({ rows }: Central, r: Prng): Operation[] {
  const known = [...rows.all()]
  const names = (noun: Row['noun']) => known.filter((row) => row.noun === noun).map(({ name }) => name)
  const some = (list: readonly string[], other: string) =>
    list.length === 0 || r.chance(0.5) ? other : r.pick(list)
  const operations: Operation[] = [
    { type: 'part.create', id: 'own-part', number: some(names('part'), 'OWN'), name: 'Own' },
    { type: 'revision.create', id: 'own-revision', part_id: 'own-part', number: 'A' },
  ]
  for (let n = 0; n < 6; n += 1) {
    operations.push({ type: 'batch.create', id: `own-batch-${n}`, number: some(names('batch'), `OWN-${n}`) })
    operations.push({
      type: 'unit.create',
      id: `own-unit-${n}`,
      serial_number: some(names('unit'), `OWN-SN-${n}`),
      revision_id: 'own-revision',
      batch_id: `own-batch-${n}`,
      sample: null,
      metadata: {},
    })
  }
  operations.push({ type: 'batch.rename', id: 'own-batch-1', number: 'OWN-RENAMED' })
  operations.push({ type: 'batch.delete', id: 'own-batch-2' })
  operations.push({ type: 'unit.move', id: 'own-unit-3', batch_id: 'own-batch-4' })
  return operations
}

/** And while it reads. */
const moreWork: readonly Operation[] = [
  { type: 'batch.create', id: 'late-batch', number: 'LATE' },
  { type: 'unit.move', id: 'own-unit-0', batch_id: 'late-batch' },
  { type: 'batch.rename', id: 'own-batch-3', number: 'OWN-LATER' },
  { type: 'batch.delete', id: 'own-batch-5' },
  { type: 'batch.create', id: 'late-batch-2', number: 'OWN-RENAMED' },
]

let accepted = 0

function work(twin: Twin, station_id: string, operations: readonly Operation[]): number {
  let done = 0
  for (const operation of operations) {
    const index = (accepted += 1)
    const op_id = `own-op-${index}`
    const op = {
      op_id,
      txn_id: op_id,
      actor: { kind: 'station', id: station_id },
      clock: { wall_ms: NOW + index, boot_id: 'boot', uptime_ms: index },
      created_at: NOW + index,
      operation,
    } as const
    // What the station itself refuses is nobody's affair.
    if (enter(twin, op, true)) done += 1
  }
  return done
}

/** Which batches have which grams. */
function gramsOf(db: Database): string[] {
  db.execute('BEGIN')
  mergeGone(db)
  db.execute('COMMIT')
  return db
    .rows<SqlValue[]>(sql`
      SELECT gram, s.created_at, (SELECT id FROM batches WHERE pk = batch_pk), s.n FROM search s WHERE s.n = 1
      UNION ALL SELECT gram, 0, NULL, sum(n) FROM search s GROUP BY gram`)
    .map((row) => JSON.stringify(row))
    .sort()
}

test(
  `[S23] ${SEEDS} simulated histories, read into a file of their own or page by page`,
  { timeout: 120_000 },
  () => {
    let commits = 0
    let waiting = 0
    for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
      expect(simulate(plan(seed)).failure).toBe(null)
      const central = ended.central!
      const r = prng(seed)
      const stations = [...central.rows.all()].filter(({ noun }) => noun === 'station')
      const station_id = stations.length > 0 && r.chance(0.5) ? stations[0]!.id : 'newcomer'
      const paged = newTwin(firstMeta(station_id, 'incarnation'))
      waiting += work(paged, station_id, ownWork(central, r))
      const file = join(folder, `${seed}.db`)
      const measured = (name: string) =>
        paged.db.run(sql`INSERT INTO blobs (sha256, size, bytes) VALUES (${name}, 1, ${Buffer.from(name)})`)
      for (const name of ['gone', 'before']) measured(name)
      // Their numbers inside are not the same in the two files.
      paged.db.run(sql`DELETE FROM blobs WHERE sha256 = 'gone'`)
      const old = copyOf(paged)
      measured('meanwhile')
      waiting += work(paged, station_id, moreWork)
      const later = copyOf(paged)
      makeFirstFile(file, old.db.path)
      const rows = openFirstRows(file)
      let history = viewOf(paged.db, paged.synced).history()
      for (const page of pagesOf(central.commits, r)) {
        commits += page.commits.length
        rows.lay(page, [], NOW)
        history = thinned([...history, { seq: page.to.seq, hash: page.to.hash }], page.safe_seq)
        const meta = { ...paged.synced.meta(paged.db)!, cursor: page.to }
        write(paged, {
          meta,
          base: lastImages(page.commits),
          words: wordsOf(page.commits, station_id),
          history,
        })
      }
      rows.finish()
      // First what waits by then, while scripts go on; then what they wrote since. As often as it takes.
      for (const path of [old.db.path, later.db.path, later.db.path]) moveIn(file, path)
      const moved = started({ db: openDatabase(file), synced: paged.synced })
      expectSame(moved, paged, seed)
      expect(gramsOf(moved.db)).toEqual(gramsOf(paged.db))
      moved.db.close()
    }
    expect(commits).toBeGreaterThan(SEEDS * 15)
    expect(waiting).toBeGreaterThan(SEEDS * 5)
  },
)

test('[S23] whoever writes to the file that scripts use neither waits for the other one nor keeps it waiting', () => {
  const twin = newTwin(firstMeta('newcomer', 'incarnation'))
  const file = join(folder, 'beside.db')
  const { db: script } = copyOf(twin)
  script.execute('BEGIN IMMEDIATE')
  makeFirstFile(file, script.path)
  openFirstRows(file).finish()
  moveIn(file, script.path)
  expect(script.in_transaction).toBe(true)
  script.execute('COMMIT')
  // Its log is its own business: to empty it, everybody would have to wait.
  script.execute(`INSERT INTO meta (name, value) VALUES ('written', 'now')`)
  const log = () => statSync(`${script.path}-wal`).size
  const written = log()
  expect(written).toBeGreaterThan(0)
  moveIn(file, script.path)
  expect(log()).toBe(written)
})

test('[S23] every table of a station says where its rows come from', () => {
  const db = openDatabase(':memory:')
  migrate(db)
  expect(Object.values(originOfTables).flat().toSorted()).toEqual(tablesOf(db).toSorted())
  db.close()
})
