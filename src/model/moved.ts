import { nounNamedBy } from './decide/nouns.ts'
import type { Operation } from './operation.ts'
import type { Noun } from './state.ts'

/** A row that has another id now. */
export interface Moved {
  readonly noun: Noun
  readonly from: string
  readonly to: string
}

/** The operation as it names the row today; of an answer, what takes it back too. */
export function replaced(operation: Operation, moved: Moved): Operation {
  const { noun, from, to } = moved
  if (from === to) return operation
  if (operation.type === 'conflict.answer') {
    const undo = (JSON.parse(operation.undo) as Operation[]).map((one) => replaced(one, moved))
    const text = JSON.stringify(undo)
    return text === operation.undo ? operation : { ...operation, undo: text }
  }
  const names = (field: string, value: unknown) => value === from && nounNamedBy(operation, field) === noun
  const fields = Object.entries(operation)
  if (!fields.some(([field, value]) => names(field, value))) return operation
  return Object.fromEntries(
    fields.map(([field, value]: [string, unknown]) => [field, names(field, value) ? to : value]),
  ) as Operation
}
