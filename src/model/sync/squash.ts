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
 */
export function squash(base: State, outbox: readonly Entry[], hash: Hash): Squashed {
  const changed = new Map<string, Entry>()
  const dropped: Entry[] = []
  const open = new Map<string, Entry>()
  for (const entry of outbox) {
    if (entry.seal !== null || entry.resent) continue
    const { operation } = entry.op
    const noun = nounOf(operation)
    const name = pureRename(operation)
    const made = name === null ? undefined : open.get(noun)
    if (made !== undefined && idOf(made) === operation.id && isFree(base, made, name!)) {
      const made_as = made.made_as ?? contentHash(hash, made.op, made.known_deleted)
      const op = { ...made.op, operation: withName(made.op.operation, name!) }
      const renamed = { ...made, op, made_as, renamed_at: entry.local_id }
      changed.set(made.op.op_id, renamed)
      open.set(noun, renamed)
      dropped.push(entry)
    } else if (operation.type.endsWith('.create')) open.set(noun, entry)
    else if (namesOrDeletes(operation)) open.delete(noun)
  }
  return { changed: [...changed.values()], dropped }
}

const idOf = (entry: Entry) => entry.op.operation.id

/** The new name if the operation does nothing but rename. */
function pureRename(operation: Operation): string | null {
  const { type: _type, id: _id, ...rest } = operation
  const [field, ...others] = Object.entries(rest).filter(([, value]) => value !== undefined)
  if (field === undefined || others.length > 0 || !/\.(rename|update)$/.test(operation.type)) return null
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
