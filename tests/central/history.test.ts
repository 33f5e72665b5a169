import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { createSequencer, type Sequencer } from '../../src/central/store/sequencer.ts'
import { sql } from '../../src/central/store/sql.ts'
import { referredFirst, selects, toRow } from '../../src/central/store/tables.ts'
import { chainHash } from '../../src/host/hash.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import type { Row } from '../../src/model/state.ts'
import { readRecords } from '../../src/central/store/conflicts.ts'
import { canonical, type Hash } from '../../src/model/sync/chain.ts'
import { acceptOwn } from '../../src/model/sync/own.ts'
import { wordsOf } from '../../src/model/sync/records.ts'
import { handle, type HeadquartersStore, type Tools } from '../../src/model/sync/headquarters.ts'
import type { Answer, Request } from '../../src/model/sync/protocol.ts'
import { storableCopy } from '../../src/model/text.ts'
import { plan } from '../simulation/plan.ts'
import { type Kept, keep, type Records } from '../simulation/records.ts'
import { simulate } from '../simulation/simulate.ts'
import { emptyDatabase, openDatabase, stopServer } from '../support/central.ts'

/** What a station asked, or a person did at headquarters, and what all rows and records were then. */
type Step = { readonly rows: string; readonly records: string } & (
  | {
      readonly kind: 'asked'
      readonly request: Request
      readonly answer: Answer
      readonly tools: Tools
    }
  | {
      readonly kind: 'own'
      readonly entry: JournaledOperation
      readonly headquarters_id: string
      readonly hash: Hash
    }
)

const tape: { steps: Step[] | null } = { steps: null }

/** Listens in where the simulated headquarters answers. */
vi.mock('../../src/model/sync/headquarters.ts', async (original) => {
  const real = await original<{ handle: typeof handle }>()
  return {
    ...real,
    handle(store: HeadquartersStore, request: Request, tools: Tools) {
      const answer = real.handle(store, request, tools)
      tape.steps?.push({ kind: 'asked', request, answer, tools, ...stateOf(store) })
      return answer
    },
  }
})

vi.mock('../../src/model/sync/own.ts', async (original) => {
  const real = await original<{ acceptOwn: typeof acceptOwn }>()
  return {
    acceptOwn(...[store, entry, headquarters_id, hash]: Parameters<typeof acceptOwn>) {
      const refusal = real.acceptOwn(store, entry, headquarters_id, hash)
      tape.steps?.push({ kind: 'own', entry, headquarters_id, hash, ...stateOf(store) })
      return refusal
    },
  }
})

/** Only the simulated headquarters is taped, whose rows and commits are at hand. */
function stateOf(port: Pick<HeadquartersStore, 'rows'>): { rows: string; records: string } {
  const rows = port.rows as unknown as { all(): Iterable<Row> }
  const store = port as HeadquartersStore
  const records: Records = new Map()
  keep(records, wordsOf(store.commits(0, store.head().seq), null))
  return { rows: digestOf(rows.all()), records: saidOf(records.values()) }
}

const saidOf = (records: Iterable<Pick<Kept, 'id' | 'station_id' | 'conflict' | 'answer' | 'undo'>>) =>
  [...records]
    .map(({ id, station_id, conflict, answer, undo }) =>
      canonical({ id, station_id, conflict, answer, undo }),
    )
    .sort()
    .join('\n')

function digestOf(rows: Iterable<Row>): string {
  return chainHash([...rows].map(canonical).sort().join('\n'))
}

/** What stations asked the simulated headquarters in one run, through every fault but its own restore from a backup and its upgrade (second-try.test.ts). */
function history(seed: number): readonly Step[] {
  const chosen = plan(seed)
  tape.steps = []
  const actions = chosen.actions.filter(({ kind }) => !['backup', 'restore'].includes(kind))
  expect(simulate({ ...chosen, old: undefined, actions }).failure).toBeNull()
  const { steps } = tape
  tape.steps = null
  return steps
}

async function rowsOf(db: Database): Promise<string> {
  const rows: Row[] = []
  for (const noun of referredFirst)
    for (const stored of await db.rows(selects[noun])) rows.push(toRow(noun, stored))
  return digestOf(rows)
}

async function recordsOf(db: Database): Promise<string> {
  const ids = await db.rows<{ id: string }>(
    sql`SELECT m.op_id || '-' || c.ordinal AS id FROM commits m JOIN conflicts c USING (seq)`,
  )
  return saidOf(
    await readRecords(
      db,
      ids.map(({ id }) => id),
    ),
  )
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Asks the database's headquarters the same, and wants the same answers, rows and records after each step. */
async function relive(db: Database, steps: readonly Step[]): Promise<void> {
  await emptyDatabase(db)
  await db.rows(sql`UPDATE headquarters SET epoch = 'epoch-0'`)
  const sequencer = createSequencer(db, () => 0)
  for (const [number, step] of steps.entries()) {
    expect(plain(await again(sequencer, step)), `answer ${number}`).toEqual(plain(answerOf(step)))
    expect(await rowsOf(db), `rows after ${number}`).toBe(step.rows)
    expect(await recordsOf(db), `records after ${number}`).toBe(step.records)
  }
}

/** A person at headquarters is told nothing but that it is done. */
const answerOf = (step: Step) => (step.kind === 'asked' ? step.answer : null)

async function again(sequencer: Sequencer, step: Step): Promise<unknown> {
  if (step.kind === 'own') {
    const { entry, headquarters_id, hash } = step
    const refusal = await sequencer.write((store, entries) => {
      entries.set(entry.op_id, entry)
      return acceptOwn(store, entry, headquarters_id, hash)
    })
    return refusal ?? null
  }
  const { tools } = step
  const asked = plain(step.request) as Request
  if (asked.kind !== 'push') return sequencer.read((store) => handle(store, asked, tools))
  return sequencer.write((store, entries) => {
    for (const op of asked.ops) entries.set(op.op_id, storableCopy(op) as unknown as JournaledOperation)
    return handle(store, asked, tools)
  }, asked)
}

describe.each([
  ['postgres', [1, 2, 3, 5, 8, 13, 21, 34]],
  ['pglite', [1, 4, 9]],
] as const)('%s', (kind, seeds) => {
  let db: Database
  beforeAll(async () => {
    db = await openDatabase(kind)
  }, 120_000)
  afterAll(async () => {
    await db.close()
    stopServer()
  })

  test.each(seeds)(
    '[S] the history of run %i comes out as in memory: every answer, every row',
    async (seed) => {
      const steps = history(seed)
      expect(steps.some((step) => step.kind === 'asked' && step.answer.kind === 'pushed')).toBe(true)
      await relive(db, steps)
    },
    120_000,
  )
})
