import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import type { BatchYield } from '../../model/yield.ts'
import type { ReadableDb } from './database.ts'
import { sql } from './sql.ts'

/** How well a batch was tested, see model/yield.ts: read from indexes, one entry for each run, so that a batch of thousands of units is quick. */
export function getYield(db: ReadableDb, number: string, time_zone: string): BatchYield | Refusal {
  const batch = db.one<{ pk: number }>(sql`SELECT pk FROM batches WHERE key = ${fold(number)}`)
  if (!batch) return refuse('NOT_FOUND', `Batch ${number} not found`)
  const { pk } = batch
  const counts = db.one<Pick<BatchYield, 'units' | 'samples'>>(sql`
    SELECT count(*) - count(sample) AS units, count(sample) AS samples FROM units WHERE batch_pk = ${pk}`)!
  const last = db.all<BatchYield['last'][number]>(sql`
    SELECT t.outcome, count(*) AS units FROM units u INDEXED BY units_by_batch JOIN runs t ON t.pk = u.last_run_pk
    WHERE u.batch_pk = ${pk} AND u.sample IS NULL GROUP BY t.outcome ORDER BY t.outcome`)
  const { all, procedures, quarters } = tally(firstRuns(db, pk))
  return { ...counts, ...all, last, procedures: named(db, procedures), days: byDay(quarters, time_zone) }
}

interface Share {
  tested: number
  first_passed: number
}

/** [unit, procedure, when and whether it passed]. Of runs that began in the same moment one that did not pass stands for all. */
type FirstRun = [unit_pk: number, procedure_pk: number, started_and_passed: number]

/** Those of a unit stand together. */
const firstRuns = (db: ReadableDb, batch_pk: number) =>
  db.rows<FirstRun>(sql`
    SELECT u.pk, t.procedure_pk, min(t.started_at * 2 + (t.outcome = 'PASS'))
    FROM units u INDEXED BY units_by_batch CROSS JOIN runs t INDEXED BY runs_by_unit_and_procedure ON t.unit_pk = u.pk
    WHERE u.batch_pk = ${batch_pk} AND u.sample IS NULL GROUP BY u.key, u.pk, t.procedure_pk`)

/** Wherever on earth, a day begins with a quarter of an hour. */
const QUARTER_MS = 900_000

function tally(runs: readonly FirstRun[]) {
  const all = nobody()
  const procedures = new Map<number, Share>()
  const quarters = new Map<number, Share>()
  let i = 0
  while (i < runs.length) {
    const [unit_pk] = runs[i]!
    let began = Infinity
    let passed = true
    for (; runs[i]?.[0] === unit_pk; i++) {
      const [, procedure_pk, started_and_passed] = runs[i]!
      const run_passed = started_and_passed % 2 !== 0
      add(shareOf(procedures, procedure_pk), unit(run_passed))
      began = Math.min(began, Math.floor(started_and_passed / 2))
      passed &&= run_passed
    }
    add(shareOf(quarters, Math.floor(began / QUARTER_MS)), unit(passed))
    add(all, unit(passed))
  }
  return { all, procedures, quarters }
}

const nobody = (): Share => ({ tested: 0, first_passed: 0 })
const unit = (passed: boolean): Share => ({ tested: 1, first_passed: passed ? 1 : 0 })

function add(to: Share, { tested, first_passed }: Share): void {
  to.tested += tested
  to.first_passed += first_passed
}

function shareOf<Key>(shares: Map<Key, Share>, key: Key): Share {
  const share = shares.get(key) ?? nobody()
  shares.set(key, share)
  return share
}

function named(db: ReadableDb, shares: ReadonlyMap<number, Share>): BatchYield['procedures'] {
  const wanted = JSON.stringify([...shares.keys()])
  const found = db.all<{ pk: number; id: string; name: string }>(sql`
    SELECT q.pk, q.id, q.name FROM json_each(${wanted}) wanted JOIN procedures q ON q.pk = wanted.value ORDER BY q.name, q.id`)
  return found.map(({ pk, id, name }) => ({ id, name, ...shares.get(pk)! }))
}

function byDay(quarters: ReadonlyMap<number, Share>, timeZone: string): BatchYield['days'] {
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  const days = new Map<string, Share>()
  for (const [quarter, share] of quarters) add(shareOf(days, format.format(quarter * QUARTER_MS)), share)
  return [...days].map(([day, share]) => ({ day, ...share })).toSorted((a, b) => (a.day < b.day ? -1 : 1))
}
