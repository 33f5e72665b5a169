import { nounNamedBy } from '../../src/model/decide/nouns.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Noun } from '../../src/model/state.ts'

/** A row that an operation names, and where in it. */
interface Named {
  readonly place: string
  readonly noun: Noun
  readonly id: string
}

/** Each row that an operation names; of an answer, those that what takes it back names too. */
export function namesIn(operation: Operation, at = ''): readonly Named[] {
  if (operation.type === 'conflict.answer') {
    const undo = JSON.parse(operation.undo) as Operation[]
    return undo.flatMap((one, index) => namesIn(one, `undo ${index} `))
  }
  return Object.entries(operation).flatMap(([field, id]: [string, unknown]) => {
    const noun = nounNamedBy(operation, field)
    return noun !== undefined && typeof id === 'string' ? [{ place: `${at}${field}`, noun, id }] : []
  })
}
