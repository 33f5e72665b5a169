import { create } from './decide/create.ts'
import { type Draft, decision, draft } from './decide/draft.ts'
import { remove } from './decide/remove.ts'
import { addChild, removeChild, update } from './decide/update.ts'
import type { JournaledOperation, Operation } from './operation.ts'
import type { Decision, Knowledge, Mark, State } from './state.ts'

/**
 * What an operation does to a state: the one place where it is settled who wins.
 *
 * Total and deterministic: every well-formed operation gets an answer, and the same one wherever it is asked, on the
 * station that accepts it, on any station that replays it over newer rows, and at headquarters. Nothing here knows a
 * clock, chance or a store, and nothing that the state hands out is changed. The rules are numbered in `docs/sync.md`.
 */
export function decide(state: State, entry: JournaledOperation, author: Knowledge, mark: Mark): Decision {
  const { operation } = entry
  if (operation.type === 'conflict.answer') return answered(operation)
  const d = draft(state, entry, author, mark)
  judge(d, operation)
  return decision(d)
}

type ConflictAnswer = Operation & { type: 'conflict.answer' }

/** Changes no row: whoever keeps the record closes it when this comes by in the order of all changes. The last word stands. */
function answered({ id, answer, undo }: ConflictAnswer): Decision {
  const said = { kind: 'answered', noun: 'station', id, wanted: answer, kept: undo } as const
  return { result: 'applied', changed: [], conflicts: [said] }
}

function judge(d: Draft, op: Exclude<Operation, ConflictAnswer>): void {
  switch (op.type) {
    case 'part.create':
      return create(d, 'part', op.id, op.number, { name: op.name })
    case 'part.update':
      return update(d, 'part', op.id, { name: op.number, fields: { name: op.name } })
    case 'part.delete':
      return remove(d, 'part', op.id)

    case 'revision.create':
      return create(d, 'revision', op.id, op.number, { part_id: op.part_id, image_id: null })
    case 'revision.update':
      return update(d, 'revision', op.id, { name: op.number, fields: { image_id: op.image_id } })
    case 'revision.delete':
      return remove(d, 'revision', op.id)

    case 'batch.create':
      return create(d, 'batch', op.id, op.number, {})
    case 'batch.rename':
      return update(d, 'batch', op.id, { name: op.number })
    case 'batch.delete':
      return remove(d, 'batch', op.id)

    case 'unit.create': {
      const { revision_id, batch_id, sample, metadata } = op
      return create(d, 'unit', op.id, op.serial_number, {
        revision_id,
        batch_id,
        parent_id: null,
        sample,
        metadata,
      })
    }
    case 'unit.update': {
      const { revision_id, sample, metadata } = op
      return update(d, 'unit', op.id, { name: op.serial_number, fields: { revision_id, sample, metadata } })
    }
    case 'unit.move':
      return update(d, 'unit', op.id, { fields: { batch_id: op.batch_id } })
    case 'unit.add_child':
      return addChild(d, op.id, op.child_id)
    case 'unit.remove_child':
      return removeChild(d, op.id, op.child_id)
    case 'unit.delete':
      return remove(d, 'unit', op.id)

    case 'station.create':
      return create(d, 'station', op.id, op.name, { image_id: null, team_id: null })
    case 'station.update':
      return update(d, 'station', op.id, {
        name: op.name,
        fields: { image_id: op.image_id, team_id: op.team_id },
      })
    case 'station.remove':
      return remove(d, 'station', op.id)

    case 'procedure.create':
      return create(d, 'procedure', op.id, op.name, {})
    case 'procedure.update':
      return update(d, 'procedure', op.id, { name: op.name })
    case 'procedure.delete':
      return remove(d, 'procedure', op.id)

    case 'version.create':
      return create(d, 'version', op.id, op.tag, { procedure_id: op.procedure_id })
    case 'version.delete':
      return remove(d, 'version', op.id)

    case 'link.create':
      return create(d, 'link', op.id, op.id, { station_id: op.station_id, procedure_id: op.procedure_id })
    case 'link.delete':
      return remove(d, 'link', op.id)

    case 'run.create': {
      const { type: _type, id, made_unit, ...fields } = op
      return create(d, 'run', id, id, { ...fields, made_unit: made_unit ? 1 : 0 })
    }
    case 'run.update':
      return update(d, 'run', op.id, { fields: { metadata: op.metadata } })
    case 'run.delete':
      return remove(d, 'run', op.id)

    case 'attachment.create': {
      const { sha256, size, content_type, unit_id, run_id } = op
      return create(d, 'attachment', op.id, op.name, { sha256, size, content_type, unit_id, run_id })
    }
    case 'attachment.attach':
      return update(d, 'attachment', op.id, { fields: { unit_id: op.unit_id, run_id: op.run_id } })
    case 'attachment.delete':
      return remove(d, 'attachment', op.id)
  }
}
