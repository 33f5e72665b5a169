import type { ConflictItem } from '../model/desk.ts'
import type { MessageKey, Translate } from './i18n/translate.ts'
import { nounWord } from './noun-word.ts'
import { sampleWord } from './sample-word.ts'

type SentenceKey = MessageKey & `conflict_${string}`

const sentences: Readonly<Record<string, SentenceKey>> = {
  merged: 'conflict_merged',
  merge_field: 'conflict_merge_field',
  name_clash: 'conflict_name_clash',
  rename_rename: 'conflict_rename_rename',
  rename_blocked: 'conflict_rename_blocked',
  field_field: 'conflict_field_field',
  delete_stale: 'conflict_delete_stale',
  delete_merged: 'conflict_delete_stale',
  delete_partial: 'conflict_delete_partial',
  delete_nonempty: 'conflict_delete_nonempty',
  revive: 'conflict_revive',
  revive_merge: 'conflict_revive_merge',
  dangling_ref: 'conflict_dangling_ref',
  dangling_later: 'conflict_dangling_later',
  unknown_row: 'conflict_unknown_row',
  gone: 'conflict_gone',
  cycle: 'conflict_cycle',
  not_a_child: 'conflict_not_a_child',
  id_collision: 'conflict_id_collision',
}

const fields: Readonly<Record<string, MessageKey & `field_${string}`>> = {
  number: 'field_number',
  serial_number: 'field_serial_number',
  name: 'field_name',
  tag: 'field_tag',
  id: 'field_id',
  part_id: 'field_part',
  batch_id: 'field_batch',
  revision_id: 'field_revision',
  parent_id: 'field_parent',
  unit_id: 'field_unit',
  run_id: 'field_run',
  procedure_id: 'field_procedure',
  version_id: 'field_version',
  station_id: 'field_station',
  sample: 'field_sample',
  image_id: 'field_image',
  team_id: 'field_team',
}

/** One conflict in the operator's language; what a newer version tells is shown as the station says it. */
export function conflictSentence({ summary, about }: ConflictItem, t: Translate): string {
  const key =
    about.field === 'operation'
      ? waits(about)
        ? 'conflict_newer_later'
        : 'conflict_newer'
      : about.field === 'text'
        ? undefined
        : sentences[about.kind]
  if (key === undefined) return summary
  const values = valuesOf(about, t)
  if (about.kind === 'merged' && about.units !== null)
    return t('conflict_merged_units', { ...values, count: about.units })
  // Each sentence takes of the values what it names.
  return t(key as 'conflict_merge_field', values)
}

/** The label of an answer, as the sentence before it makes one expect. */
export function answerLabel(
  { about }: ConflictItem,
  { id, label }: ConflictItem['answers'][number],
  t: Translate,
): string {
  const values = valuesOf(about, t)
  switch (id) {
    case 'ok':
      return waits(about) ? t('answer_do_not_wait') : t('answer_ok')
    case 'same':
      return t('answer_same')
    case 'different':
      return t('answer_different')
    case 'merge':
      return t('answer_merge', values)
    case 'mine':
      return t('answer_use', values)
    case 'delete':
      return t('answer_delete')
    case 'keep':
      if (about.kind === 'name_clash') return t('answer_keep_both')
      return about.kept === null ? t('answer_keep_it') : t('answer_leave', values)
    default:
      return label
  }
}

/** What is tried again when the missing row comes, or a headquarters that understands, as long as nobody answers. */
function waits({ kind, field, wanted }: ConflictItem['about']): boolean {
  if (kind !== 'unknown_row') return kind === 'dangling_later'
  return field === 'operation' ? wanted?.includes(' ') === false : field !== 'text'
}

function valuesOf({ noun, name, other, at, field, wanted, kept }: ConflictItem['about'], t: Translate) {
  const value = (said: string | null) =>
    said === null ? t('conflict_nothing') : field === 'sample' ? sampleWord(said, t) : said
  return {
    noun: nounWord(noun, t),
    name,
    other: other ?? t('conflict_something'),
    at: at ?? t('conflict_elsewhere'),
    field: fieldWord(field, t),
    wanted: value(wanted),
    kept: value(kept),
  }
}

function fieldWord(field: string, t: Translate): string {
  if (field.startsWith('metadata.')) return t('field_metadata', { key: field.slice('metadata.'.length) })
  const known = fields[field]
  return known === undefined ? field : t(known as 'field_number')
}
