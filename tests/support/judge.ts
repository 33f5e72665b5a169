import { expect, test } from 'vitest'

import { decide } from '../../src/model/decide.ts'
import { memory } from '../../src/model/memory.ts'
import { type JournaledOperation, type Operation, operation as schema } from '../../src/model/operation.ts'
import type { Decision, Mark, Row } from '../../src/model/state.ts'

export interface Author {
  /** Steps that the author does not know of. */
  readonly unseen?: readonly number[]
  readonly station?: string
  readonly rebased?: boolean
  readonly known_deleted?: readonly string[]
}

/** A state that operations are decided on one after the other, with what each author had seen said by hand. */
export function judge() {
  const state = memory()
  let step = 0
  return {
    state,
    /** Decides and applies; steps count from 1. Without an author, everything was seen: the accepting station. */
    do(operation: Operation, author: Author = {}): Decision {
      step += 1
      const entry = journaled(step, operation)
      const mark: Mark = {
        op_id: entry.op_id,
        incarnation: author.station ?? 'a',
        n: step,
        station_id: author.station ?? null,
        seq: step,
      }
      const knowledge = {
        seen: (other: Mark) => !(author.unseen ?? []).includes(other.seq!),
        rebased: author.rebased ?? false,
        known_deleted: author.known_deleted ?? [],
      }
      const decision = decide(state, entry, knowledge, mark)
      for (const row of decision.changed) state.put(row)
      return decision
    },
    all: (...operations: Operation[]) => {
      for (const operation of operations) {
        step += 1
        const mark = { op_id: `op-${step}`, incarnation: 'a', n: step, station_id: null, seq: step }
        const everything = { seen: () => true, rebased: false, known_deleted: [] }
        const { changed, result } = decide(state, journaled(step, operation), everything, mark)
        if (result !== 'applied') throw new Error(`${operation.type} came out as ${result}`)
        for (const row of changed) state.put(row)
      }
    },
  }
}

export function journaled(step: number, operation: Operation): JournaledOperation {
  return {
    op_id: `op-${step}`,
    txn_id: `op-${step}`,
    actor: step % 2 === 0 ? { kind: 'station', id: 'station-1' } : { kind: 'user', id: 'user-1' },
    clock: { wall_ms: 0, boot_id: 'boot', uptime_ms: 0 },
    created_at: step * 1000,
    operation,
  }
}

export const part = (id: string, number = id): Operation => ({
  type: 'part.create',
  id,
  number,
  name: `Part ${number}`,
})
export const revision = (id: string, part_id: string, number = id): Operation => ({
  type: 'revision.create',
  id,
  part_id,
  number,
})
export const batch = (id: string, number = id): Operation => ({ type: 'batch.create', id, number })
export const unit = (
  id: string,
  more: Partial<Extract<Operation, { type: 'unit.create' }>> = {},
): Operation => ({
  type: 'unit.create',
  id,
  serial_number: id,
  revision_id: 'r',
  batch_id: null,
  sample: null,
  metadata: {},
  ...more,
})

export const procedure = (id: string): Operation => ({
  type: 'procedure.create',
  id,
  name: `Procedure ${id}`,
})
export const version = (id: string, procedure_id: string, tag = id): Operation => ({
  type: 'version.create',
  id,
  procedure_id,
  tag,
})
export const run = (
  id: string,
  more: Partial<Extract<Operation, { type: 'run.create' }>> = {},
): Operation => ({
  type: 'run.create',
  id,
  unit_id: 'u',
  procedure_id: 'q',
  version_id: null,
  outcome: 'PASS',
  started_at: 0,
  ended_at: 1,
  docstring: null,
  operated_by_id: null,
  made_unit: false,
  payload: null,
  metadata: {},
  ...more,
})

/** Product `p` with revision `r`: what any unit needs. */
export const product = [part('p'), revision('r', 'p', 'A')]

export const unseen = (...steps: number[]): Author => ({ unseen: steps })

export interface Case {
  fact: string
  /** Steps 1, 2, … that everybody applied as asked. */
  given: Operation[]
  when: Operation
  by?: Author
  result: Decision['result']
  conflicts?: Partial<Decision['conflicts'][number]>[]
  /** Rows afterwards, only what matters of them. */
  rows?: Record<string, Partial<Row>>
}

/** One test for each case, named by its fact. */
export function proveAll(cases: Case[]): void {
  test.each(cases)('$fact', ({ given, when, by, result, conflicts = [], rows = {} }) => {
    const at = judge()
    at.all(...given)
    const decision = at.do(schema.parse(when), by)
    expect(decision.result).toBe(result)
    expect(new Set(decision.conflicts.map(({ kind }) => kind))).toEqual(
      new Set(conflicts.map(({ kind }) => kind)),
    )
    for (const conflict of conflicts)
      expect(decision.conflicts).toContainEqual(expect.objectContaining(conflict))
    for (const [name, row] of Object.entries(rows)) {
      const [noun, id] = name.split(' ') as [Row['noun'], string]
      expect(at.state.get(noun, id)).toMatchObject(row)
    }
  })
}
