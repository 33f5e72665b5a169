import { type Facts, standing } from './conflict-words.ts'
import type { Operation } from './operation.ts'
import type { Noun, Row } from './state.ts'

/** The operation that makes such a row. References are those of today. */
export function creationOf(row: Row, facts: Facts): Operation | undefined {
  const { id, name, fields } = row
  const target = (noun: Noun, field: string) => {
    const named = fields[field]
    const found = typeof named === 'string' ? standing(facts, noun, named) : undefined
    return found === undefined || found.deleted ? null : found.id
  }
  switch (row.noun) {
    case 'part':
      return { type: 'part.create', id, number: name, name: fields['name'] as string }
    case 'revision': {
      const part_id = target('part', 'part_id')
      return part_id === null ? undefined : { type: 'revision.create', id, part_id, number: name }
    }
    case 'batch':
      return { type: 'batch.create', id, number: name }
    case 'unit': {
      const revision_id = target('revision', 'revision_id')
      if (revision_id === null) return undefined
      const sample = fields['sample'] as 'golden' | 'failing' | 'ignored' | null
      const metadata = fields['metadata'] as Readonly<Record<string, string | number | boolean>>
      return {
        type: 'unit.create',
        id,
        serial_number: name,
        revision_id,
        batch_id: target('batch', 'batch_id'),
        sample,
        metadata: { ...metadata },
      }
    }
    case 'station':
      return { type: 'station.create', id, name }
    case 'procedure':
      return { type: 'procedure.create', id, name }
    case 'version': {
      const procedure_id = target('procedure', 'procedure_id')
      return procedure_id === null ? undefined : { type: 'version.create', id, procedure_id, tag: name }
    }
    case 'link': {
      const station_id = target('station', 'station_id')
      const procedure_id = target('procedure', 'procedure_id')
      if (station_id === null || procedure_id === null) return undefined
      return { type: 'link.create', id, station_id, procedure_id }
    }
    // What was measured once is not made up again.
    case 'run':
      return undefined
    case 'attachment':
      return {
        type: 'attachment.create',
        id,
        name,
        sha256: fields['sha256'] as string,
        size: fields['size'] as number,
        content_type: fields['content_type'] as string | null,
        unit_id: target('unit', 'unit_id'),
        run_id: target('run', 'run_id'),
      }
  }
}
