import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { createSequencer } from '../../src/central/store/sequencer.ts'
import { sql } from '../../src/central/store/sql.ts'
import { referredFirst, selects, toRow } from '../../src/central/store/tables.ts'
import { chainHash } from '../../src/host/hash.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import type { Row } from '../../src/model/state.ts'
import { canonical } from '../../src/model/sync/chain.ts'
import { handle, type HeadquartersStore, type Tools } from '../../src/model/sync/headquarters.ts'
import type { Answer, Request } from '../../src/model/sync/protocol.ts'
import { storableCopy } from '../../src/model/text.ts'
import { plan } from '../simulation/plan.ts'
import { simulate } from '../simulation/simulate.ts'
import { emptyDatabase, openDatabase, stopServer } from '../support/central.ts'

interface Step {
  readonly request: Request
  readonly answer: Answer
  readonly rows: string
  readonly tools: Tools
}

const tape: { steps: Step[] | null } = { steps: null }

/** Listens in where the simulated headquarters answers. */
vi.mock('../../src/model/sync/headquarters.ts', async (original) => {
  const real = await original<{ handle: typeof handle }>()
  return {
    ...real,
    handle(store: HeadquartersStore, request: Request, tools: Tools) {
      const answer = real.handle(store, request, tools)
      if (tape.steps !== null && 'all' in store.rows) {
        const all = (store.rows as unknown as { all(): Iterable<Row> }).all()
        tape.steps.push({ request, answer, rows: digestOf(all), tools })
      }
      return answer
    },
  }
})

function digestOf(rows: Iterable<Row>): string {
  return chainHash([...rows].map(canonical).sort().join('\n'))
}

/** What stations asked the simulated headquarters in one run, through every fault but its own restore from a backup. */
function history(seed: number): readonly Step[] {
  const chosen = plan(seed)
  tape.steps = []
  const actions = chosen.actions.filter(({ kind }) => !['backup', 'restore'].includes(kind))
  expect(simulate({ ...chosen, actions }).failure).toBeNull()
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

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Asks the database's headquarters the same, and wants the same answers and the same rows after each step. */
async function relive(db: Database, steps: readonly Step[]): Promise<void> {
  await emptyDatabase(db)
  await db.rows(sql`UPDATE headquarters SET epoch = 'epoch-0'`)
  const sequencer = createSequencer(db, () => 0)
  for (const [number, { request, answer, rows, tools }] of steps.entries()) {
    const asked = plain(request) as Request
    const again =
      asked.kind === 'push'
        ? await sequencer.write((store, entries) => {
            for (const op of asked.ops)
              entries.set(op.op_id, storableCopy(op) as unknown as JournaledOperation)
            return handle(store, asked, tools)
          }, asked)
        : await sequencer.read((store) => handle(store, asked, tools))
    expect(plain(again), `answer ${number}, a ${asked.kind}`).toEqual(plain(answer))
    expect(await rowsOf(db), `rows after ${number}`).toBe(rows)
  }
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
      expect(steps.some(({ answer }) => answer.kind === 'pushed')).toBe(true)
      await relive(db, steps)
    },
    120_000,
  )
})
