import { isRefusal } from '../../src/model/error.ts'
import type { JournaledOperation, Operation } from '../../src/model/operation.ts'
import { acceptOwn } from '../../src/model/sync/own.ts'
import { headOf, storeOf } from './central.ts'
import { checkChange, checkState } from './laws.ts'
import { newId } from './node.ts'
import { enter, nameOf, record, violated } from './oracle.ts'
import { digest } from './prng.ts'
import { asOneRequest } from './workload.ts'
import { count, safeSeq, type World } from './world.ts'

const HEADQUARTERS = 'headquarters'

/** A person's changes at headquarters: all of them or, if one would not be done exactly as asked, none. */
export function officeWrite(world: World, operations: readonly Operation[]): boolean {
  const txn_id = newId(world.office)
  const wanted = asOneRequest(world.central.rows, operations, (one) => operationOf(world, one, txn_id, ''))
  if (!world.hq_up || wanted === null) return (count(world, 'refused at headquarters'), false)
  for (const operation of wanted) officeOperation(world, operation, txn_id)
  checkState(world.central.rows, 'headquarters')
  return true
}

function officeOperation(world: World, operation: Operation, txn_id: string): void {
  const { oracle, central } = world
  const op = operationOf(world, operation, txn_id, newId(world.office))
  // Whoever writes at headquarters sees everything that is there.
  const { past } = oracle.histories.get(headOf(central).hash)!
  const saw = new Set([...central.rows.all()].map(({ noun, id }) => `${noun}:${id}`))
  enter(oracle, op, { past, own: 0n, saw, means: new Map(), at_headquarters: true })
  const store = storeOf(
    central,
    () => safeSeq(world),
    (commit, _known, tried) => {
      checkChange(oracle, store, central.rows, oracle.ledger.get(nameOf(op))!, commit)
      oracle.taken.set(commit.op_id, nameOf(op))
      record(oracle, headOf(central).hash, commit, { folded: [], tried }, (row) =>
        central.rows.get(row.noun, row.id),
      )
    },
  )
  if (isRefusal(acceptOwn(store, op, HEADQUARTERS, digest)))
    violated('I3', `headquarters refused its own ${operation.type}, which it could do`)
  count(world, 'operations')
  count(world, 'operations at headquarters')
}

function operationOf(world: World, operation: Operation, txn_id: string, op_id: string): JournaledOperation {
  const clock = { wall_ms: world.now, boot_id: HEADQUARTERS, uptime_ms: world.oracle.ledger.size }
  const actor = { kind: 'user', id: 'u1' } as const
  return { op_id, txn_id, actor, clock, created_at: world.now, operation }
}
