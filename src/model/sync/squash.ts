import { namingOf, nounOf, nouns } from '../decide/nouns.ts'
import { fold } from '../identifier.ts'
import type { Operation } from '../operation.ts'
import type { State } from '../state.ts'
import { contentHash, type Hash } from './chain.ts'
import type { Entry } from './journal.ts'

/** What is left of a journal, and what was folded into an earlier operation. */
export interface Squashed {
  readonly changed: readonly Entry[]
  readonly dropped: readonly Entry[]
}

/**
 * A row that was made with a slip of the pen and renamed before anybody outside saw it is made with its final name:
 * sent as two operations, the slip could join the row with somebody else's of that name.
 * Only while nothing in between names or deletes a row of that noun: then both ways come to the same.
 * @param outbox in the order of the journal
 * @param slips those of it of which `isSlip` is true, in the same order
 */
export function squash(base: State, outbox: readonly Entry[], slips: readonly Entry[], hash: Hash): Squashed {
  const changed = new Map<string, Entry>()
  const dropped = new Set<Entry>()
  for (const slip of slips) {
    const first = namedBefore(outbox, slip, dropped)
    const made = first && (changed.get(first.op.op_id) ?? first)
    const name = pureRename(slip.op.operation)!
    if (made === undefined || idOf(made) !== idOf(slip) || !isFree(base, made, name)) continue
    const made_as = made.made_as ?? contentHash(hash, made.op, made.known_deleted)
    const op = { ...made.op, operation: withName(made.op.operation, name) }
    changed.set(made.op.op_id, { ...made, op, made_as, renamed_at: slip.local_id })
    dropped.add(slip)
  }
  return { changed: [...changed.values()], dropped: [...dropped] }
}

/** An operation that does nothing but rename, and that nobody outside can know. */
export function isSlip(entry: Entry): boolean {
  return isUnknown(entry) && pureRename(entry.op.operation) !== null
}

const isUnknown = ({ seal, resent }: Entry) => seal === null && !resent
const idOf = (entry: Entry) => entry.op.operation.id

/** Whoever made a row last before the slip, if nothing else named or deleted one of its noun since. */
function namedBefore(outbox: readonly Entry[], slip: Entry, dropped: ReadonlySet<Entry>): Entry | undefined {
  const noun = nounOf(slip.op.operation)
  for (let i = placeOf(outbox, slip) - 1; i >= 0; i -= 1) {
    const entry = outbox[i]!
    const { operation } = entry.op
    if (!isUnknown(entry) || dropped.has(entry) || nounOf(operation) !== noun) continue
    if (operation.type.endsWith('.create')) return entry
    if (namesOrDeletes(operation)) return undefined
  }
  return undefined
}

function placeOf(outbox: readonly Entry[], { local_id }: Entry): number {
  let [from, to] = [0, outbox.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (outbox[middle]!.local_id < local_id) from = middle + 1
    else to = middle
  }
  return from
}

/** The new name if the operation does nothing but rename. */
function pureRename(operation: Operation): string | null {
  const { type, id: _id, ...rest } = operation
  if (!/\.(rename|update)$/.test(type)) return null
  const [field, ...others] = Object.entries(rest).filter(([, value]) => value !== undefined)
  if (field === undefined || others.length > 0) return null
  return namingOf(operation) !== undefined && field[0] === nouns[nounOf(operation)].label
    ? (field[1] as string)
    : null
}

function withName(operation: Operation, name: string): Operation {
  return { ...operation, [nouns[nounOf(operation)].label]: name }
}

/** Somebody else's row of that name came in meanwhile: then the two operations mean what they say. */
function isFree(base: State, made: Entry, name: string): boolean {
  const { noun, scope } = namingOf(made.op.operation)!
  return base.holder(noun, scope, fold(name)) === undefined
}

function namesOrDeletes(operation: Operation): boolean {
  if (/\.(delete|remove|rename)$/.test(operation.type)) return true
  return operation.type.endsWith('.update') && namingOf(operation) !== undefined
}

/** What a create with a folded renaming says beyond the create. */
export function renamingOf(made: Operation): Operation {
  switch (made.type) {
    case 'part.create':
      return { type: 'part.update', id: made.id, number: made.number }
    case 'revision.create':
      return { type: 'revision.update', id: made.id, number: made.number }
    case 'batch.create':
      return { type: 'batch.rename', id: made.id, number: made.number }
    case 'unit.create':
      return { type: 'unit.update', id: made.id, serial_number: made.serial_number }
    default:
      return made
  }
}
