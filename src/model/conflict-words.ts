import { fieldOperation } from './conflict-fields.ts'
import { nouns, referenceOf } from './decide/nouns.ts'
import { fold, IDENTIFIER_MAX } from './identifier.ts'
import type { Conflict, Noun, Row, State, Value } from './state.ts'

/** What a sentence about a conflict may ask: rows as they stand now, and the stations' names. */
export interface Facts {
  readonly state: State
  /** The station whose operation it was. */
  readonly station_id: string
  readonly stationName: (id: string) => string | undefined
}

export type AnswerId = 'ok' | 'same' | 'different' | 'keep' | 'mine' | 'delete' | 'merge'

export interface Words {
  readonly summary: string
  readonly answers: readonly { readonly id: AnswerId; readonly label: string }[]
}

const nounWords: Record<Noun, string> = {
  part: 'Part',
  revision: 'Revision',
  batch: 'Batch',
  unit: 'Unit',
  station: 'Station',
  attachment: 'Attachment',
  procedure: 'Procedure',
  version: 'Version',
  run: 'Run',
  link: 'Link',
}

const fieldWords: Readonly<Record<string, string>> = {
  number: 'number',
  serial_number: 'serial number',
  name: 'name',
  batch_id: 'batch',
  revision_id: 'revision',
  parent_id: 'parent',
  tag: 'tag',
  procedure_id: 'procedure',
  version_id: 'version',
  unit_id: 'unit',
  station_id: 'station',
  sample: 'sample',
  image_id: 'image',
  team_id: 'team',
}

/** Two of these that were taken for one can be taken apart again (conflict-splits.ts). */
const takenApart: readonly Noun[] = ['part', 'revision', 'batch', 'unit']

/** One conflict as a sentence, and what a person can say to it. */
export function conflictWords(conflict: Conflict, facts: Facts): Words {
  const { kind, noun } = conflict
  if (isNewer(conflict)) return newer(conflict)
  const title = nounWords[noun]
  const name = nameOf(conflict, facts)
  const other = otherName(conflict, facts)
  const at = makerOf(conflict, facts) ?? 'another station'
  const field = fieldOf(conflict)
  const wanted = shown(conflict, conflict.wanted, facts)
  const kept = shown(conflict, conflict.kept, facts)
  switch (kind) {
    case 'merged':
      return {
        summary: `${title} ${name} was also made at ${at}${joinedWords(conflict, facts)}`,
        answers: takenApart.includes(noun)
          ? [answer('same', 'Same'), answer('different', 'Different')]
          : [answer('ok', 'OK')],
      }
    case 'merge_field':
      return {
        summary: `${title} ${name} was made twice with another ${field}: here ${wanted}, at ${at} ${kept}. ${kept} stands`,
        answers: eitherWay(conflict, kept, wanted),
      }
    case 'name_clash':
      return {
        summary: `${title} ${wanted} exists twice. The one of this station is now ${kept}`,
        answers:
          noun === 'batch'
            ? [answer('keep', 'Keep both'), answer('merge', `Put its units into ${wanted}`)]
            : [answer('keep', 'Keep both')],
      }
    case 'rename_rename':
      return {
        summary: `${title} ${name} was to be called ${wanted} here; somebody else had already given it the ${field} ${kept}`,
        answers: [answer('keep', `Leave ${kept}`), answer('mine', `Call it ${wanted}`)],
      }
    case 'rename_blocked':
      return {
        summary: `${title} ${kept} was to be called ${wanted}, which another ${title.toLowerCase()} is called already`,
        answers:
          noun === 'batch'
            ? [answer('keep', `Leave ${kept}`), answer('merge', `Put its units into ${wanted}`)]
            : [answer('keep', `Leave ${kept}`)],
      }
    case 'field_field':
      return {
        summary: `The ${field} of ${title.toLowerCase()} ${name} was to be ${wanted} here; somebody else had set ${kept}`,
        answers: eitherWay(conflict, kept, wanted),
      }
    case 'delete_stale':
    case 'delete_merged':
      return {
        summary: `${title} ${name} was deleted here, but somebody had changed it: it was kept`,
        answers: [answer('keep', 'Keep it'), answer('delete', 'Delete anyway')],
      }
    case 'delete_partial':
      return {
        summary: `${title} ${name} was deleted here, but somebody had put ${other ?? 'more'} into it: it was kept`,
        answers: [answer('keep', 'Keep it'), answer('delete', 'Delete anyway')],
      }
    case 'delete_nonempty':
      return {
        summary: `${title} ${name} was deleted here, but ${other ?? 'something'} uses it: it was kept`,
        answers: [answer('ok', 'OK')],
      }
    case 'revive':
      return {
        summary: `${title} ${name} had been deleted elsewhere; it came back because it was used here`,
        answers: [answer('keep', 'Keep it'), answer('delete', 'Delete again')],
      }
    case 'revive_merge':
      return {
        summary: `${title} ${name} had been deleted elsewhere and its ${field} used again: what was done here went to the new one`,
        answers: [answer('ok', 'OK')],
      }
    case 'dangling_ref':
      if (waits(conflict))
        return {
          summary: `${title} ${name} waits for its ${field}, which headquarters does not know yet`,
          answers: [answer('ok', 'Do not wait')],
        }
      return {
        summary: `${title} ${name} was made without its ${field}, which no longer exists`,
        answers: [answer('ok', 'OK')],
      }
    case 'unknown_row':
      return {
        summary:
          conflict.field === 'operation'
            ? `Headquarters does not know ${wanted}${waits(conflict) ? ' yet: it is done as soon as headquarters has' : ': it needs'} a newer version`
            : conflict.field === 'text'
              ? `${wanted} had characters that cannot be stored: it was not done`
              : `Headquarters does not know ${title.toLowerCase()} ${name} yet: a change of it waits until it does`,
        answers: [waits(conflict) ? answer('ok', 'Do not wait') : answer('ok', 'OK')],
      }
    case 'gone':
      return {
        summary: `${title} ${name} is deleted: a change of it was not done`,
        answers: [answer('ok', 'OK')],
      }
    case 'cycle':
      return {
        summary: `${title} ${name} cannot be under ${other ?? 'another'}, which is itself under it: they were left apart`,
        answers: [answer('ok', 'OK')],
      }
    case 'not_a_child':
      return {
        summary: `${title} ${name} was no longer under ${other ?? 'the other'}: nothing was changed`,
        answers: [answer('ok', 'OK')],
      }
    case 'id_collision':
      return {
        summary: `${title} ${wanted} could not be made: two computers were given the same identity. Make it again`,
        answers: [answer('ok', 'OK')],
      }
    case 'answered':
      return { summary: `Answered: ${wanted}`, answers: [] }
    default:
      return newer(conflict)
  }
}

/** Is it about a row of a noun that only a newer headquarters knows? */
export const isNewer = ({ noun }: Conflict) => !Object.hasOwn(nounWords, noun)

/** What a newer headquarters tells: that there is something is said all the same, and a person can put it away. */
const newer = ({ kind, noun }: Conflict): Words => ({
  summary: `Something came out otherwise than asked that this version does not know: ${noun} (${kind})`,
  answers: [answer('ok', 'OK')],
})

/**
 * The row that is missing may still come, or a headquarters that understands: then it is tried again, unless a person answers before ([S22]).
 */
export const waits = (conflict: Pick<Conflict, 'kind' | 'field' | 'other_id' | 'wanted'>) =>
  conflict.kind === 'unknown_row'
    ? conflict.field === undefined || isWholeOperation(conflict)
    : conflict.kind === 'dangling_ref' && conflict.other_id === undefined

/** Of an operation that was understood in part, the fields that were not stand behind its type. */
const isWholeOperation = ({ field, wanted }: Pick<Conflict, 'field' | 'wanted'>) =>
  field === 'operation' && typeof wanted === 'string' && !wanted.includes(' ')

const answer = (id: AnswerId, label: string) => ({ id, label })

function eitherWay(conflict: Conflict, kept: string, wanted: string): Words['answers'] {
  if (fieldOperation(conflict, conflict.wanted ?? null) === undefined) return [answer('ok', 'OK')]
  return [answer('keep', `Leave ${kept}`), answer('mine', `Use ${wanted}`)]
}

/** The row that an id stands for today. */
export function standing({ state }: Facts, noun: Noun, id: string): Row | undefined {
  let row = state.get(noun, id)
  while (row !== undefined && row.into !== null) row = state.get(noun, row.into)
  return row
}

export function nameOf({ kind, noun, id, wanted }: Conflict, facts: Facts): string {
  // What a reference wants is another row's name.
  const said = kind !== 'dangling_ref' && typeof wanted === 'string' ? wanted : id
  const row = standing(facts, noun, id)
  return row === undefined ? said : fullName(row, facts)
}

export function otherName({ noun, other_id }: Conflict, facts: Facts): string | undefined {
  if (other_id === undefined) return undefined
  const row = facts.state.get(noun, other_id) ?? facts.state.get('unit', other_id)
  return row && fullName(row, facts)
}

/** As people tell it from others: many parts have a revision A, and many procedures a version 1.0. */
function fullName({ noun, name, scope }: Row, facts: Facts): string {
  const field = nouns[noun].scope
  const owner = field === null ? undefined : referenceOf(noun, field)?.noun
  const of = owner && standing(facts, owner, scope)
  return of === undefined ? name : `${of.name} ${name}`
}

/** The station that made the other row, if that is known. */
export function makerOf({ kind, noun, id, other_id }: Conflict, facts: Facts): string | undefined {
  // Of values that were compared, those that stand are the record's row's, and the other row was joined into it.
  const other = kind === 'merge_field' ? id : other_id
  const mark = other === undefined ? undefined : facts.state.get(noun, other)?.marks['created']
  const station_id = mark?.station_id ?? null
  return station_id === null ? undefined : facts.stationName(station_id)
}

function fieldOf({ field, noun }: Conflict): string {
  if (field === undefined) return fieldWords[nouns[noun].label] ?? nouns[noun].label
  return field.startsWith('metadata.') ? `metadata ${field.slice(9)}` : (fieldWords[field] ?? field)
}

/** A value as people know it: ids by the names of their rows. */
export function shown({ noun, field }: Conflict, value: Value | undefined, facts: Facts): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'object') return JSON.stringify(value)
  const target = field === undefined ? undefined : referenceOf(noun, field)
  const row = target && facts.state.get(target.noun, String(value))
  return row === undefined ? String(value) : fullName(row, facts)
}

/** Units that the author's station put into the joined batch. */
export function joinedUnits({ noun, id, other_id }: Conflict, facts: Facts): readonly Row[] {
  if (noun !== 'batch' || other_id === undefined) return []
  const batch = standing(facts, 'batch', other_id) ?? standing(facts, 'batch', id)
  if (batch === undefined) return []
  return facts.state.members('unit', 'batch_id', batch.id).filter((unit) => isOwn(unit, 'batch_id', facts))
}

/** Did the author's station write this value? What headquarters wrote since, taking an answer back for one, counts as the row's maker's. */
export function isOwn({ marks }: Row, field: string, { station_id, stationName }: Facts): boolean {
  const maker = marks['created']?.station_id
  const writer = marks[field] === undefined ? maker : marks[field].station_id
  const is_headquarters = typeof writer === 'string' && stationName(writer) === undefined
  return (is_headquarters ? maker : writer) === station_id
}

function joinedWords(conflict: Conflict, facts: Facts): string {
  if (conflict.noun !== 'batch') return ': the two are taken for one'
  const count = joinedUnits(conflict, facts).length
  return `, ${count} ${count === 1 ? 'unit' : 'units'} joined`
}

/**
 * A name near the wanted one that nobody has.
 * @param scope what the name is unique in: the part of a revision
 */
export function freeName({ state }: Facts, noun: Noun, wanted: string, scope = ''): string {
  for (let count = 2; ; count += 1) {
    const suffix = `+${count}`
    const name = wanted.slice(0, IDENTIFIER_MAX - suffix.length) + suffix
    if (state.holder(noun, scope, fold(name)) === undefined) return name
  }
}
