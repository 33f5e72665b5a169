import { decide } from '../decide.ts'
import { decision, draft, resolve } from '../decide/draft.ts'
import { idOf } from '../decide/field.ts'
import { referenceOf } from '../decide/nouns.ts'
import { update } from '../decide/update.ts'
import type { JournaledOperation } from '../operation.ts'
import type { Conflict, Decision, Knowledge, Mark, Noun, State } from '../state.ts'
import { contentHash } from './chain.ts'
import { commitHash } from './commit.ts'
import type { HeadquartersStore, Tools } from './headquarters.ts'
import type { SealedOperation } from './journal.ts'
import { judge, type Understand, understood } from './judge.ts'
import { authorAt } from './knowledge.ts'
import type { Commit } from './protocol.ts'

/**
 * The second try ([S22]). Headquarters does not have a row *yet*: it was restored, and whoever made the row has not come back.
 * What names the row is recorded as not done, or as done without it, and waits. So does an operation that headquarters is too old to
 * understand: it waits for a newer program, which stands in the place of the row.
 *
 *   waiting    the row is not there, and nobody answered the record
 *   due        the row is there
 *   answered   by a person: it is never tried again; or by the second try, whatever came of it
 *
 * A second try is a change of its own in the order of all changes, and closes the record in the same commit.
 */
export interface Waiting extends Sent {
  /** Of the conflict record, which is what waits: an operation may miss two rows. */
  readonly id: string
  /** Where the record stands in the order of all changes, and among the records of its commit. Who came first is tried first. */
  readonly seq: number
  readonly ordinal: number
  /** The row that is missing; of an operation that was not understood, `operation` and its type. */
  readonly noun: Noun | 'operation'
  readonly row_id: string
  readonly conflict: Conflict
  readonly station_id: string
}

/** An operation and its place, as they came. */
interface Sent extends Pick<SealedOperation, 'base' | 'rebased' | 'known_deleted' | 'n'> {
  /** With the time at which headquarters says that its rows were made. */
  readonly op: JournaledOperation
  readonly incarnation: string
}

/** What a second try answers to the record it is about. */
export const AGAIN = 'again'

/** The row without which something was not done, undefined if the conflict is about something else. */
function missing(
  rows: State,
  { kind, noun, id, field, wanted }: Conflict,
): Pick<Waiting, 'noun' | 'row_id'> | undefined {
  const reference = kind === 'dangling_ref' ? referenceOf(noun, field ?? '') : undefined
  const named = idOf(wanted)
  const row =
    reference === undefined || named === null ? { noun, row_id: id } : { noun: reference.noun, row_id: named }
  const lacks = reference !== undefined || (kind === 'unknown_row' && field === undefined)
  return lacks && rows.get(row.noun, row.row_id) === undefined ? row : undefined
}

/** What is longer is no type and no id of this program's, and fits into no index. */
const TEXT_MAX = 100

/** What of a commit waits for rows that are not there, or to be understood. To be asked before the commit is appended. */
export function waitingIn(
  rows: State,
  { seq, op_id, station_id, conflicts }: Omit<Commit, 'hash'>,
  { op, incarnation, n, base, rebased, known_deleted }: Sent,
  understand: Understand,
): readonly Waiting[] {
  return conflicts.flatMap((conflict, ordinal) => {
    // Of what was understood in part, the rest is never done.
    const { type } = op.operation
    const is_strange =
      isStrange(conflict) && type.length <= TEXT_MAX && understand(op.operation) === undefined
    const row = is_strange ? ({ noun: 'operation', row_id: type } as const) : missing(rows, conflict)
    if (row === undefined) return []
    const context = { op, station_id, incarnation, n, base, rebased, known_deleted }
    return { id: `${op_id}-${ordinal}`, seq, ordinal, ...row, conflict, ...context }
  })
}

/**
 * The id of the row that what waits would make. Nobody else may have it from now on: what names it means that row, even if a person says not to
 * wait. An operation that is not understood may lack one, or have one that fits into no index.
 */
export function idToCome({ op: { operation } }: Waiting): string | undefined {
  const { type, id }: { readonly type: string; readonly id?: unknown } = operation
  return type.endsWith('.create') && typeof id === 'string' && id.length <= TEXT_MAX ? id : undefined
}

const isStrange = ({ kind, field }: Conflict) => kind === 'unknown_row' && field === 'operation'

/** Decides again what waited for rows that are there now, the oldest first, as long as the store names one that is due. */
export function tryAgain(store: HeadquartersStore, tools: Pick<Tools, 'hash' | 'understand'>): void {
  for (let next = store.due(); next !== undefined; next = store.due()) once(store, next, tools)
}

function once(
  store: HeadquartersStore,
  waiting: Waiting,
  { hash, understand = understood }: Pick<Tools, 'hash' | 'understand'>,
): void {
  const { id, op, station_id, incarnation, n } = waiting
  const { seq: last, hash: prev } = store.head()
  const seq = last + 1
  // Its author's operation still, done only now: who has not read up to here has not seen it.
  const mark: Mark = { op_id: op.op_id, incarnation, n, station_id, seq }
  const author = authorAt(store, waiting, mark, hash)
  const { result, changed, conflicts } = isStrange(waiting.conflict)
    ? judge(store.rows, op, author, mark, understand)
    : rest(store.rows, waiting, mark, author)
  const said = {
    seq,
    op_id: `${op.op_id}.${seq}`,
    txn_id: op.txn_id,
    station_id,
    result,
    rows: [...changed],
    conflicts: [{ kind: 'answered', noun: 'station', id, wanted: AGAIN, kept: '[]' } as const, ...conflicts],
  }
  const content = contentHash(hash, { ...op, op_id: said.op_id }, waiting.known_deleted)
  const commit: Commit = { ...said, hash: commitHash(hash, prev, said, content) }
  const known = { seq, content, made_as: content }
  store.append(commit, known, {
    waiting: waitingIn(store.rows, said, waiting, understand),
    again: waiting,
  })
}

/** All of it if its row was unknown or could not be made; otherwise the one reference that it was done without. */
function rest(rows: State, { op, conflict }: Waiting, mark: Mark, author: Knowledge): Decision {
  const { kind, noun, id, field, wanted } = conflict
  const isMade = rows.get(noun, id)?.marks['created']?.op_id === op.op_id
  if (kind === 'unknown_row' || (op.operation.type.endsWith('.create') && !isMade))
    return decide(rows, op, author, mark)
  const d = draft(rows, op, author, mark)
  // Whoever deleted the row since had seen it without the reference: nothing is left to do.
  if (resolve(d, noun, id)?.deleted === false)
    update(d, noun, id, { fields: { [field ?? '']: wanted ?? null } })
  return decision(d)
}
