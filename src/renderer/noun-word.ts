import type { MessageKey, Translate } from './i18n/translate.ts'

const words: Readonly<Record<string, MessageKey>> = {
  part: 'filter_part',
  revision: 'filter_revision',
  batch: 'noun_batch',
  unit: 'noun_unit',
  station: 'noun_station',
  attachment: 'noun_attachment',
  procedure: 'noun_procedure',
  version: 'noun_version',
  run: 'noun_run',
  link: 'noun_link',
}

/** A noun of a newer version is shown by its own word. */
export function nounWord(noun: string, t: Translate): string {
  const known = words[noun]
  return known === undefined ? noun : t(known as 'noun_batch')
}
