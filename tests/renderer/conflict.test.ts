import { expect, test } from 'vitest'

import { type ConflictItem, languages } from '../../src/model/desk.ts'
import { allNouns, nouns } from '../../src/model/decide/nouns.ts'
import type { Conflict } from '../../src/model/state.ts'
import { answerLabel, conflictSentence } from '../../src/renderer/conflict.ts'
import { translator } from '../../src/renderer/i18n/translate.ts'
import { nounWord } from '../../src/renderer/noun-word.ts'

/** Every kind a person is asked about; a new one does not compile until it stands here. */
const kinds: Record<Exclude<Conflict['kind'], 'answered'>, true> = {
  merged: true,
  merge_field: true,
  name_clash: true,
  rename_rename: true,
  rename_blocked: true,
  field_field: true,
  delete_stale: true,
  delete_partial: true,
  delete_merged: true,
  delete_nonempty: true,
  revive: true,
  revive_merge: true,
  dangling_ref: true,
  unknown_row: true,
  gone: true,
  cycle: true,
  not_a_child: true,
  id_collision: true,
}

const item = (about: Partial<ConflictItem['about']>): ConflictItem => ({
  id: 'c1',
  at: '2026-03-12T12:04:00.000Z',
  summary: 'as the station says it',
  about: {
    kind: 'merged',
    noun: 'batch',
    name: 'LOT-1',
    other: 'SN-7',
    at: 'Line 2',
    field: 'number',
    wanted: 'LOT-1',
    kept: 'LOT-1',
    units: null,
    ...about,
  },
  answers: [],
})

test.each(languages)(
  'each kind of conflict has its sentence in %s, with everything filled in',
  (language) => {
    const t = translator(language)
    const said = Object.keys(kinds).map((kind) => conflictSentence(item({ kind }), t))
    for (const sentence of said) {
      expect(sentence).toContain('LOT-1')
      expect(sentence).not.toMatch(/[{}]|undefined|null/)
    }
    // Deleting what had been joined is told like deleting what had been changed.
    expect(new Set(said).size).toBe(said.length - 1)
  },
)

const translated = languages.filter((language) => language !== 'en')

test.each(translated)('each noun and each of its fields has its word in %s', (language) => {
  const t = translator(language)
  expect(allNouns.length).toBeGreaterThan(5)
  for (const noun of allNouns) {
    const { label, references } = nouns[noun]
    for (const field of [label, ...references.map((reference) => reference.field)]) {
      const sentence = conflictSentence(item({ kind: 'field_field', noun, field }), t)
      expect(sentence).not.toContain('_')
      expect(sentence).not.toMatch(new RegExp(`, ${field}(?!\\w)`))
      expect(nounWord(noun, t)).not.toBe(noun)
    }
  }
})

test('units that joined are counted, and what nobody knows has a word', () => {
  const t = translator('de')
  expect(conflictSentence(item({ units: 1 }), t)).toBe(
    'Charge LOT-1 wurde auch an Line 2 angelegt; 1 Teil kam dazu.',
  )
  expect(conflictSentence(item({ at: null }), t)).toBe(
    'Charge LOT-1 wurde auch an einer anderen Station angelegt. Beides gilt als eins.',
  )
  expect(conflictSentence(item({ kind: 'field_field', field: 'metadata.oven', kept: null }), t)).toBe(
    'Charge LOT-1, Zusatzangabe oven: hier sollte LOT-1 stehen; jemand anderes hatte nichts gesetzt.',
  )
})

test('what a newer headquarters asks is asked in its own words', () => {
  const t = translator('fr')
  expect(conflictSentence(item({ kind: 'of_tomorrow' }), t)).toBe('as the station says it')
  expect(answerLabel(item({}), { id: 'of_tomorrow', label: 'Do it' }, t)).toBe('Do it')
})

test.each(languages)('in %s one can tell what waits for a row from what does not', (language) => {
  const t = translator(language)
  const ok = { id: 'ok', label: '' }
  const waiting = [item({ kind: 'dangling_later', field: 'batch_id' }), item({ kind: 'unknown_row' })]
  for (const one of waiting) {
    expect(conflictSentence(one, t)).toContain('LOT-1')
    expect(answerLabel(one, ok, t)).toBe(t('answer_do_not_wait'))
  }
  const strange = { kind: 'unknown_row', field: 'operation' } as const
  const whole = item({ ...strange, wanted: 'gadget.create' })
  const in_part = item({ ...strange, wanted: 'batch.create colour' })
  expect(answerLabel(whole, ok, t)).toBe(t('answer_do_not_wait'))
  expect(conflictSentence(whole, t)).toBe(t('conflict_newer_later', { wanted: 'gadget.create' }))
  expect(conflictSentence(in_part, t)).toBe(t('conflict_newer', { wanted: 'batch.create colour' }))
  for (const one of [item({ kind: 'dangling_ref' }), in_part])
    expect(answerLabel(one, ok, t)).toBe(t('answer_ok'))
})

test.each([
  ['name_clash', 'Keep both'],
  ['rename_rename', 'Leave LOT-1'],
  ['field_field', 'Leave LOT-1'],
] as const)('keeping says what is kept: %s', (kind, label) => {
  expect(answerLabel(item({ kind }), { id: 'keep', label: '' }, translator('en'))).toBe(label)
})
test('keeping a row that was to be deleted', () => {
  const deleted = item({ kind: 'delete_stale', kept: null })
  expect(answerLabel(deleted, { id: 'keep', label: '' }, translator('en'))).toBe('Keep it')
})

test('what a unit is a sample of has its word', () => {
  const sample = item({
    kind: 'field_field',
    noun: 'unit',
    field: 'sample',
    wanted: 'failing',
    kept: 'golden',
  })
  const t = translator('de')
  expect(conflictSentence(sample, t)).toBe(
    'Teil LOT-1, Muster: hier sollte Schlechtmuster stehen; jemand anderes hatte Gutmuster gesetzt.',
  )
  expect(answerLabel(sample, { id: 'mine', label: '' }, t)).toBe('Schlechtmuster nehmen')
})
