import { nounOf, referenceOf } from './decide/nouns.ts'
import { type Refusal, refuse } from './error.ts'
import type { Operation } from './operation.ts'
import type { Conflict, Noun, State } from './state.ts'

const words: Record<Noun, { readonly title: string; readonly name: string }> = {
  part: { title: 'Part', name: 'number' },
  revision: { title: 'Revision', name: 'number' },
  batch: { title: 'Batch', name: 'number' },
  unit: { title: 'Unit', name: 'serial number' },
  station: { title: 'Station', name: 'name' },
  attachment: { title: 'Attachment', name: 'name' },
  procedure: { title: 'Procedure', name: 'name' },
  version: { title: 'Version', name: 'tag' },
  run: { title: 'Run', name: 'id' },
  link: { title: 'Link', name: 'id' },
}

/**
 * The API's answer when `decide()` would not do an operation as asked on the very station that was asked.
 * There the author has seen everything, so only the conflicts named here can come up; any other is a defect.
 */
export function refusalOf(conflict: Conflict, state: State): Refusal {
  const { title, name } = words[conflict.noun]
  const called = (noun: Noun, id: string | undefined) =>
    (id === undefined ? undefined : state.get(noun, id)?.name) ?? id
  switch (conflict.kind) {
    case 'name_clash':
    case 'rename_blocked':
      return refuse(
        'CONFLICT',
        `${title} with ${name} ${nameOf(conflict)} already exists (id ${conflict.other_id})`,
        conflict.other_id === undefined ? {} : { existing_id: conflict.other_id },
      )
    case 'unknown_row':
    case 'gone':
      return refuse('NOT_FOUND', `${title} not found`)
    case 'dangling_ref':
      return refuse(
        'NOT_FOUND',
        `${words[referenceOf(conflict.noun, conflict.field!)!.noun].title} not found`,
      )
    case 'delete_nonempty':
      return refuse(
        'CONFLICT',
        conflict.noun === 'version'
          ? `Version ${called('version', conflict.id)} is still used by runs: delete them first`
          : `${title} ${called(conflict.noun, conflict.id)} is still used by units: move or delete them first`,
      )
    case 'cycle':
      return refuse(
        'BAD_REQUEST',
        conflict.id === conflict.other_id
          ? `Unit ${called('unit', conflict.id)} cannot be its own child`
          : `Unit ${called('unit', conflict.id)} cannot be a child of ${called('unit', conflict.other_id)}, which is itself under it`,
      )
    case 'not_a_child':
      return refuse(
        'BAD_REQUEST',
        `Unit ${called('unit', conflict.id)} is not a child of ${called('unit', conflict.other_id)}`,
      )
    case 'id_collision':
      return idDrawnTwice(conflict.noun)
    case 'merged':
    case 'merge_field':
    case 'rename_rename':
    case 'field_field':
    case 'delete_stale':
    case 'delete_partial':
    case 'delete_merged':
    case 'revive':
    case 'revive_merge':
    case 'answered':
      throw new Error(
        `conflict ${conflict.kind} on ${conflict.noun} ${conflict.id} cannot come up where the operation was made`,
      )
  }
}

/**
 * The API's answer where `decide()` had nothing to do: what was asked is so already. Not where a row was to be made. That one stands
 * which has the same id and comes of the same `op_id`: another machine was given the same chance, and what it made came here before.
 */
export function refusalOfNothing(operation: Operation): Refusal | undefined {
  return operation.type.endsWith('.create') ? idDrawnTwice(nounOf(operation)) : undefined
}

const idDrawnTwice = (noun: Noun) =>
  refuse(
    'CONFLICT',
    `${words[noun].title} could not be made: its id stands at another one already. Make it again`,
  )

/** Numbers and names are text; `wanted` may hold other values for other kinds of conflict. */
const nameOf = ({ wanted }: Conflict) => (typeof wanted === 'string' ? wanted : JSON.stringify(wanted))
