import { decide } from '../decide.ts'
import { type JournaledOperation, type Operation, operation as operationSchema } from '../operation.ts'
import type { Decision, Knowledge, Mark, State } from '../state.ts'
import { storableCopy } from '../text.ts'

/** An operation as this program knows it; undefined if it is too old for it. */
export type Understand = (operation: JournaledOperation['operation']) => Operation | undefined

export const understood: Understand = (operation) => operationSchema.safeParse(operation).data

/** Decides what a station asks, as far as this program understands it: it may be older than the station's. */
export function judge(
  rows: State,
  op: JournaledOperation,
  author: Knowledge,
  mark: Mark,
  understand: Understand,
): Decision {
  const { operation } = op
  const known = understand(operation)
  const type = storableCopy(operation.type)
  if (known === undefined) return notDone(mark, 'operation', type)
  const decision = decide(rows, op, author, mark)
  const strange = Object.keys(operation).filter((field) => !(field in known))
  if (strange.length === 0) return decision
  // What is understood is done; that there was more is said.
  const { result, conflicts } = notDone(mark, 'operation', `${type} ${strange.join(', ')}`)
  const was = { applied: 'partial', noop: result } as const
  return {
    ...decision,
    result:
      decision.result === 'applied' || decision.result === 'noop' ? was[decision.result] : decision.result,
    conflicts: [...decision.conflicts, ...conflicts],
  }
}

/** @param wanted what of it, as far as it can be stored */
export function notDone({ station_id }: Mark, field: 'text' | 'operation', wanted: string): Decision {
  const conflict = { kind: 'unknown_row', noun: 'station', id: station_id ?? '', field, wanted } as const
  return { result: 'rejected', changed: [], conflicts: [conflict] }
}
