import type { Operation } from './operation.ts'
import type { Conflict, Value } from './state.ts'

/** The operation that gives a field this value; undefined for fields that no operation sets alone. */
export function fieldOperation(
  { noun, id, field }: Pick<Conflict, 'noun' | 'id' | 'field'>,
  value: Value,
): Operation | undefined {
  if (field === undefined) return undefined
  if (field.startsWith('metadata.')) {
    if (typeof value === 'object' && value !== null) return undefined
    return { type: noun === 'run' ? 'run.update' : 'unit.update', id, metadata: { [field.slice(9)]: value } }
  }
  const text = typeof value === 'string' ? value : null
  switch (`${noun}.${field}`) {
    case 'part.name':
      return text === null ? undefined : { type: 'part.update', id, name: text }
    case 'part.number':
      return text === null ? undefined : { type: 'part.update', id, number: text }
    case 'revision.number':
      return text === null ? undefined : { type: 'revision.update', id, number: text }
    case 'revision.image_id':
      return { type: 'revision.update', id, image_id: text }
    case 'batch.number':
      return text === null ? undefined : { type: 'batch.rename', id, number: text }
    case 'unit.serial_number':
      return text === null ? undefined : { type: 'unit.update', id, serial_number: text }
    case 'unit.sample':
      return { type: 'unit.update', id, sample: text as 'golden' | 'failing' | 'ignored' | null }
    case 'unit.revision_id':
      return text === null ? undefined : { type: 'unit.update', id, revision_id: text }
    case 'unit.batch_id':
      return { type: 'unit.move', id, batch_id: text }
    case 'station.name':
      return text === null ? undefined : { type: 'station.update', id, name: text }
    case 'procedure.name':
      return text === null ? undefined : { type: 'procedure.update', id, name: text }
    case 'station.image_id':
      return { type: 'station.update', id, image_id: text }
    case 'station.team_id':
      return { type: 'station.update', id, team_id: text }
    default:
      return undefined
  }
}
