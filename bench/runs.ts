import { getBatch } from '../src/main/store/batches.ts'
import { listBatches } from '../src/main/store/batch-list.ts'
import type { Database } from '../src/main/store/database.ts'
import { createProcedure } from '../src/main/store/procedures.ts'
import { listRuns } from '../src/main/store/run-list.ts'
import { createRun } from '../src/main/store/runs.ts'
import { sql } from '../src/main/store/sql.ts'
import type { Store } from '../src/main/store/store.ts'
import { listUnits } from '../src/main/store/unit-list.ts'
import { isRefusal } from '../src/model/error.ts'
import { type RunCreate, runEndpoints, type RunListQuery } from '../src/model/run.ts'
import { unitEndpoints } from '../src/model/unit.ts'
import { atLeast, atMost, median, type Result } from './results.ts'
import { actor, withStation } from './writes.ts'

const START = Date.UTC(2026, 0, 5)
const MEASUREMENTS = 20

/** What a tester reports of one unit, as it comes off the wire. */
function reported(i: number, procedure_id: string): RunCreate {
  const started_at = START + i * 30_000
  return runEndpoints.create.body.parse({
    outcome: i % 20 === 0 ? 'FAIL' : 'PASS',
    procedure_id,
    started_at: new Date(started_at).toISOString(),
    ended_at: new Date(started_at + 25_000).toISOString(),
    serial_number: `SN-${String(i).padStart(8, '0')}`,
    part_number: 'PCB-7',
    batch_number: `LOT-${String(Math.floor(i / 100)).padStart(5, '0')}`,
    phases: [
      {
        name: 'functional',
        outcome: 'PASS',
        started_at: new Date(started_at).toISOString(),
        ended_at: new Date(started_at + 25_000).toISOString(),
        measurements: Array.from({ length: MEASUREMENTS }, (_, k) => ({
          name: `voltage ${k}`,
          outcome: 'PASS',
          measured_value: 3.3 + ((i * 31 + k * 17) % 1000) / 10_000,
          units: 'V',
          lower_limit: 3.2,
          upper_limit: 3.5,
        })),
      },
    ],
  })
}

const made = <Value>(value: Value): Exclude<Value, { kind: 'refusal' }> => {
  if (isRefusal(value)) throw new Error(value.message)
  return value as Exclude<Value, { kind: 'refusal' }>
}

const procedure = (store: Store) =>
  store.commits.write((db) => made(createProcedure(db, store.author(actor), 'FCT'))).then(({ id }) => id)

const COUNT = 1_500
const perSecond = (count: number, begun: number) => (count * 1_000) / (performance.now() - begun)

/** Runs as the API takes them, `together` in flight at any time. */
const creates = (together: number) =>
  withStation(async (store) => {
    const procedure_id = await procedure(store)
    const bodies = Array.from({ length: COUNT }, (_, i) => reported(i, procedure_id))
    const begun = performance.now()
    let next = 0
    const client = async () => {
      for (let body = bodies[next++]; body; body = bodies[next++]) {
        const wanted = body
        await store.commits.write((db) => made(createRun(db, store.author(actor), 'linked', wanted)))
      }
    }
    await Promise.all(Array.from({ length: together }, client))
    return perSecond(COUNT, begun)
  })

/** The same rows, taken from a station that made them, into the same tables with their indexes: without rules, triggers and journal. */
const bareRows = () =>
  withStation(async (store, database) => {
    const procedure_id = await procedure(store)
    await store.commits.write((db) => {
      for (let i = 0; i < COUNT; i++)
        made(createRun(db, store.author(actor), 'linked', reported(i, procedure_id)))
    })
    database.execute(`PRAGMA foreign_keys = OFF;
      CREATE TEMP TABLE kept_units AS SELECT * FROM units; CREATE TEMP TABLE kept_runs AS SELECT * FROM runs;
      CREATE TEMP TABLE kept_blobs AS SELECT rowid AS pk, * FROM blobs;`)
    for (const { name } of database.all<{ name: string }>(
      sql`SELECT name FROM sqlite_schema WHERE type = 'trigger'`,
    ))
      database.execute(`DROP TRIGGER ${name}`)
    database.execute('DELETE FROM runs; DELETE FROM units; DELETE FROM blobs')
    const columns = (table: string) =>
      database
        .all<{ name: string }>({ text: `PRAGMA table_info(${table})`, values: [] })
        .map(({ name }) => name)
        .join(', ')
    const copy = (table: string) => ({
      text: `INSERT INTO ${table} (${columns(table)}) SELECT ${columns(table)} FROM kept_${table} WHERE pk = +?`,
    })
    const inserts = ['units', 'runs', 'blobs'].map(copy)
    const begun = performance.now()
    for (let pk = 1; pk <= COUNT; pk++) {
      database.execute('BEGIN IMMEDIATE')
      for (const { text } of inserts) database.run({ text, values: [pk] })
      database.execute('COMMIT')
    }
    return perSecond(COUNT, begun)
  })

async function measureCreation(): Promise<Result[]> {
  const rates = { one: [] as number[], many: [] as number[], bare: [] as number[] }
  for (let round = 0; round < 3; round++) {
    rates.bare.push(await bareRows())
    rates.one.push(await creates(1))
    rates.many.push(await creates(64))
  }
  const say = (rate: readonly number[]) => Math.round(median(rate))
  return [
    {
      what: `run with ${MEASUREMENTS} measurements and its unit against the bare rows`,
      value: median(rates.one.map((rate, i) => rate / rates.bare[i]!)),
      target: atLeast(0.3),
      detail: `${say(rates.one)} against ${say(rates.bare)} a second, one at a time, synchronous=FULL`,
    },
    {
      what: 'the same, 64 at a time',
      value: median(rates.many.map((rate, i) => rate / rates.bare[i]!)),
      target: undefined,
      detail: `${say(rates.many)} a second`,
    },
  ]
}

const BATCH_UNITS = 5_000

/** Runs straight into the tables, `each` for every unit there is. */
function fillRuns(database: Database, each: number): void {
  database.execute(`
    DROP TRIGGER IF EXISTS run_enters;
    INSERT INTO runs (id, unit_pk, procedure_pk, outcome, started_at, ended_at, made_unit, created_at, created_by_user_pk)
    WITH RECURSIVE turns(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM turns WHERE n < ${each - 1})
    SELECT printf('%08x-%04x-7000-8000-%012x', u.pk, n, u.pk * 64 + n), u.pk, 1 + (u.pk + n) % (SELECT count(*) FROM procedures),
      iif((u.pk + n) % 20 = 0, 'FAIL', 'PASS'), ${START} + (u.pk * 7 + n * 1000003) % 100000000, ${START} + 30000 + (u.pk * 7 + n * 1000003) % 100000000,
      n = 0, ${START} + u.pk * 10 + n, 1
    FROM turns, units u;
    UPDATE units SET run_count = ${each};
    UPDATE units SET (last_run_at, last_run_pk, last_procedure_pk) = (
      SELECT started_at, pk, procedure_pk FROM runs WHERE unit_pk = units.pk ORDER BY started_at DESC, pk DESC LIMIT 1);`)
}

function fillUnits(database: Database, units: number, per_batch: number): void {
  database.execute(`
    PRAGMA foreign_keys = OFF;
    INSERT INTO parts (pk, id, number, key, name, created_at) VALUES (1, 'p', 'PCB-7', 'pcb-7', 'Board', 0);
    INSERT INTO revisions (pk, id, part_pk, number, key, created_at) VALUES (1, 'r', 1, 'A', 'a', 0);
    INSERT INTO batches (pk, id, number, key, created_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${Math.ceil(units / per_batch)})
    SELECT i, 'b-' || i, 'LOT-' || i, 'lot-' || i, ${START} + i FROM n;
    INSERT INTO units (id, serial_number, key, revision_pk, batch_pk, created_at)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${units - 1})
    SELECT 'u-' || i, printf('SN-%08d', i), printf('sn-%08d', i), 1, 1 + i / ${per_batch}, ${START} + i FROM n;`)
}

/** p50 of each work in ms. They take turns, so that what else the machine does meets all of them. */
function timeInTurns(rounds: number, works: readonly (() => void)[]): number[] {
  for (const work of works) work()
  const taken: number[][] = works.map(() => [])
  for (let i = 0; i < rounds; i++)
    works.forEach((work, which) => {
      const begun = performance.now()
      work()
      taken[which]!.push(performance.now() - begun)
    })
  return taken.map(median)
}

function time(rounds: number, work: () => void): number {
  work()
  const taken: number[] = []
  for (let i = 0; i < rounds; i++) {
    const begun = performance.now()
    work()
    taken.push(performance.now() - begun)
  }
  return median(taken)
}

function measureBatch(): Promise<Result> {
  return withStation(async (store, database) => {
    await procedure(store)
    fillUnits(database, BATCH_UNITS, BATCH_UNITS)
    const open = () => void JSON.stringify(getBatch(database, store.people, 'lot-1'))
    const without = time(15, open)
    fillRuns(database, 3)
    const ms = time(15, open)
    return {
      what: `a batch of ${BATCH_UNITS} units with runs against one without`,
      value: ms / without,
      target: atMost(1.3),
      detail: `${ms.toFixed(1)} ms with ${BATCH_UNITS * 3} runs, ${without.toFixed(1)} ms without`,
    }
  })
}

const runQuery = (text: string): RunListQuery =>
  runEndpoints.list.query.parse(Object.fromEntries(new URLSearchParams(text)))
const many = (query: RunListQuery, more: Partial<RunListQuery>): RunListQuery => ({ ...query, ...more })

type Ask = (database: Database, store: Store) => { readonly data: readonly unknown[] }

const lists: readonly (readonly [name: string, ask: Ask])[] = [
  ['runs, newest first', (db) => listRuns(db, runQuery(''))],
  [
    'runs of one procedure',
    (db) => listRuns(db, many(runQuery(''), { procedure_ids: [firstProcedure(db)] })),
  ],
  ['failed runs', (db) => listRuns(db, many(runQuery(''), { outcomes: ['FAIL'] }))],
  [
    'failed runs of one procedure',
    (db) => listRuns(db, many(runQuery(''), { outcomes: ['FAIL'], procedure_ids: [firstProcedure(db)] })),
  ],
  ['runs of one unit', (db) => listRuns(db, many(runQuery(''), { serial_numbers: ['sn-00000042'] }))],
  ['runs of a batch', (db) => listRuns(db, many(runQuery(''), { batch_numbers: ['LOT-7'] }))],
  ['runs of a part', (db) => listRuns(db, many(runQuery(''), { part_numbers: ['PCB-7'] }))],
  ['runs by serial number', (db) => listRuns(db, runQuery('sort_by=serial_number&sort_order=asc'))],
  ['runs by part number', (db) => listRuns(db, runQuery('sort_by=part_number'))],
  ['runs by duration', (db) => listRuns(db, runQuery('sort_by=duration'))],
  ['units by last run', (db, { people }) => listUnits(db, people, unitQuery('sort_by=last_run_at'))],
  [
    'units by the procedure of their last run',
    (db, { people }) => listUnits(db, people, unitQuery('sort_by=last_run_procedure')),
  ],
]

const unitQuery = (text: string) =>
  unitEndpoints.list.query.parse(Object.fromEntries(new URLSearchParams(text)))
const firstProcedure = (db: Database) =>
  db.one<{ id: string }>(sql`SELECT id FROM procedures WHERE pk = 1`)!.id

const EACH = 10

interface Station {
  readonly store: Store
  readonly database: Database
}

/** So many stations at a time, each on a database of its own. */
const withStations = <Value>(
  count: number,
  work: (stations: readonly Station[]) => Promise<Value> | Value,
  opened: readonly Station[] = [],
): Promise<Value> | Value =>
  opened.length === count
    ? work(opened)
    : withStation(async (store, database) => withStations(count, work, [...opened, { store, database }]))

const measureLists = (sizes: readonly number[]): Promise<Result[]> | Result[] =>
  withStations(sizes.length, async (stations) => {
    for (const [i, { store, database }] of stations.entries()) {
      for (let made = 0; made < 4; made++) await procedure(store)
      fillUnits(database, sizes[i]! / EACH, 100)
      fillRuns(database, EACH)
      for (const [name, ask] of lists)
        if (ask(database, store).data.length === 0) throw new Error(`the list ${name} shows nothing`)
    }
    return lists.map(([name, ask]) =>
      compared(
        `list: ${name}`,
        timeInTurns(
          31,
          stations.map(
            ({ store, database }) =>
              () =>
                void ask(database, store),
          ),
        ),
        sizes,
        3,
      ),
    )
  })

const compared = (what: string, ms: readonly number[], sizes: readonly number[], target: number): Result => ({
  what,
  value: ms.at(-1)! / ms[0]!,
  target: atMost(target),
  detail: `p50 ${ms.map((at) => Math.round(at * 1000)).join(' · ')} µs at ${sizes.join(' · ')} runs`,
})

const UNITS = 10_000

/** The same batches and units beside more and more runs: what reads no run is not to notice them. */
const measureBatchList = (sizes: readonly number[]): Promise<Result> | Result =>
  withStations(sizes.length, async (stations) => {
    for (const [i, { store, database }] of stations.entries()) {
      await procedure(store)
      fillUnits(database, UNITS, 10)
      fillRuns(database, sizes[i]! / UNITS)
    }
    const query = { limit: 50, cursor: 0, sort_by: 'created_at', sort_order: 'desc' } as const
    const ms = timeInTurns(
      501,
      stations.map(
        ({ database: db, store: { people, commits } }) =>
          () =>
            void listBatches({ db, people, version: commits.version }, query),
      ),
    )
    return compared(`list: the same ${UNITS / 10} batches beside more runs`, ms, sizes, 1.2)
  })

/** @param large a million runs too */
export async function measureRuns(large: boolean): Promise<Result[]> {
  const sizes = large ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]
  return [
    ...(await measureCreation()),
    await measureBatch(),
    ...(await measureLists(sizes)),
    await measureBatchList(sizes),
  ]
}
