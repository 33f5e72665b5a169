import { nouns, referenceOf } from '../../src/model/decide/nouns.ts'
import type { Memory } from '../../src/model/memory.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Conflict, Noun, Row } from '../../src/model/state.ts'
import { AGAIN } from '../../src/model/sync/again.ts'
import type { HeadquartersStore } from '../../src/model/sync/headquarters.ts'
import type { Commit } from '../../src/model/sync/protocol.ts'
import { namesIn } from './naming.ts'
import { type Accepted, firstName, type Oracle, placeOf, violated } from './oracle.ts'

/**
 * [I30] Nobody answers what was answered, as far as they could know, and nobody takes back what is open. While headquarters was never
 * restored: then answers may get their places in another order.
 */
export function checkAnswer(
  oracle: Oracle,
  store: HeadquartersStore,
  { past }: Accepted,
  { txn_id, conflicts }: Commit,
): void {
  const [{ id, wanted }] = conflicts as [Conflict]
  if (oracle.restored || wanted === AGAIN || oracle.blind.has(txn_id)) return
  const before = store
    .commits(0, store.head().seq)
    .findLast(({ conflicts: [said] }) => said?.kind === 'answered' && said.id === id)
  const is_open = (before?.conflicts[0]?.wanted ?? null) === null
  if (before !== undefined && !hasRead(oracle, past, before)) return
  if (is_open !== (wanted !== null)) violated('I30', `${id} was ${is_open ? 'taken back' : 'answered'} twice`)
}

/** A second try is known to whoever read it, and not to whoever accepted the operation. */
function hasRead({ ledger, taken, again }: Oracle, past: bigint, { op_id, seq }: Commit): boolean {
  const second = again.get(placeOf({ op_id: op_id.replace(`.${seq}`, ''), seq }))
  const bit = second ?? ledger.get(taken.get(op_id) ?? '')?.bit
  return bit !== undefined && (past & bit) === bit
}

/**
 * [I27] What an operation names is the row that its author meant, whatever ids both were given since. Of rows that others made, only while
 * headquarters was never restored: then they may have given an id up that somebody else has now.
 */
export function checkMeaning(oracle: Oracle, rows: Memory, { means }: Accepted, operation: Operation): void {
  const makerOf = (row: Row) => oracle.taken.get(row.marks['created']!.op_id)
  for (const { place, noun, id } of namesIn(operation)) {
    const meant = means.get(place)
    if (meant === undefined || (!meant.is_own && oracle.restored)) continue
    const name = firstName(oracle, meant.name)
    const isMeant = (row: Row) => row.noun === noun && firstName(oracle, makerOf(row) ?? '') === name
    const found = rows.get(noun, id)
    const is_wrong = found === undefined ? [...rows.all()].some(isMeant) : !isMeant(found)
    if (is_wrong)
      violated('I27', `${operation.type} ${place} names ${id}, which is not the ${noun} that was meant`)
  }
}

/** [I8] What was made without something that it was to refer to has a record of it. */
export function checkMade(commit: Commit, { operation }: Accepted, row: Row): void {
  if (commit.conflicts.length > 0 || row.id !== operation.id) return
  const asked: Readonly<Record<string, unknown>> = operation
  for (const { field } of nouns[row.noun].references)
    if (typeof asked[field] === 'string' && row.fields[field] === null)
      violated('I8', `${row.noun} ${row.id} was made without its ${field}, and nobody was told`)
}

/** [I21] What was measured once stays as it was; its unit changes only when that is joined into another. */
export function checkRun(rows: Memory, commit: Commit, before: Row, after: Row): void {
  for (const [field, old] of Object.entries(before.fields)) {
    const now = after.fields[field]
    const reference = referenceOf('run', field)
    // What was missing came later.
    const is_filled = old === null && reference !== undefined
    if (field === 'metadata' || old === now || is_filled) continue
    const target = typeof old === 'string' && reference !== undefined ? { ...reference, id: old } : null
    const then = target === null ? undefined : afterwards(rows, commit, target.noun, target.id)
    const is_joined = then !== undefined && then.into !== null && then.into === now
    const is_away = now === null && reference?.needed === false && then?.deleted === true
    if (!is_joined && !is_away) violated('I21', `${commit.op_id} changed ${field} of run ${before.id}`)
  }
}

/** A row as the commit leaves it. */
const afterwards = (rows: Memory, commit: Commit, noun: Noun, id: string) =>
  commit.rows.find((row) => row.noun === noun && row.id === id) ?? rows.get(noun, id)

/** [I28] A file that was given to something does not leave it without a word. */
export function checkBelonging(commit: Commit, before: Row, after: Row): void {
  const isOwned = ({ fields }: Row) => fields['unit_id'] !== null || fields['run_id'] !== null
  if (isOwned(before) && !isOwned(after) && !after.deleted && commit.conflicts.length === 0)
    violated('I28', `${commit.op_id} took attachment ${after.id} away from what it belongs to`)
}
