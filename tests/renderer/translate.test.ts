import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { createFormats } from '../../src/renderer/i18n/formats.ts'
import {
  type Catalogue,
  type MessageKey,
  catalogues,
  chooseLanguage,
  translator,
} from '../../src/renderer/i18n/translate.ts'

const english: Catalogue = catalogues.en
const keys = Object.keys(english) as MessageKey[]
const texts = (catalogue: Catalogue, key: MessageKey) => {
  const message = catalogue[key]
  return typeof message === 'string' ? [message] : [message.one, message.other]
}
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).toSorted()

describe.each(Object.entries(catalogues))('the catalogue %s', (language, catalogue) => {
  test('has every message, with the same gaps to fill, and none besides', () => {
    expect(Object.keys(catalogue).toSorted()).toEqual(keys.toSorted())
    expect(keys.length).toBeGreaterThan(150)
    for (const key of keys)
      for (const text of texts(catalogue, key)) {
        expect(text.trim(), key).toBe(text)
        expect(text, key).not.toBe('')
        expect(names(text), `${language} ${key}`).toEqual(names(texts(english, key).at(-1)!))
      }
  })

  test('is a translation: few words are the English ones', () => {
    if (language === 'en') return
    const same = keys.filter((key) => texts(catalogue, key).join() === texts(english, key).join())
    expect(same.length, same.join(', ')).toBeLessThan(12)
  })
})

test('numbers and plurals follow the language', () => {
  expect(translator('en')('list_total', { count: 1 })).toBe('1 batch')
  expect(translator('de')('list_total', { count: 1_000_000 })).toBe('1.000.000 Chargen')
  expect(translator('fr')('list_total', { count: 0 })).toBe('0 lot')
  expect(translator('zh')('batch_units', { count: 1 })).toBe('1 件')
})

test.each([
  ['en', '12 Mar 2026, 12:04', '41%', '2d 3h', '1.4 GB', '1,000,000'],
  ['de', '12.03.2026, 12:04', '41 %', '2 T 3h', '1,4 GB', '1.000.000'],
  ['fr', '12 mars 2026, 12:04', '41 %', '2j 3h', '1,4 Go', '1 000 000'],
  ['es', '12 mar 2026, 12:04', '41 %', '2d 3h', '1,4 GB', '1.000.000'],
  ['zh', '2026年3月12日 12:04', '41%', '2天 3小时', '1.4 GB', '1,000,000'],
] as const)('dates, shares, spans and sizes in %s are those of the language', (language, ...written) => {
  const { moment, share, age, size, number } = createFormats(language)
  const at = new Date(2026, 2, 12, 12, 4).toISOString()
  const span_ms = (2 * 24 + 3) * 3_600_000
  const said = [moment(at), share(0.41), age(span_ms), size(1_460_000_000), number(1_000_000)]
  // Which of the narrow spaces is the right one is the browser's business.
  expect(said.map((text) => text.replaceAll(/\s/g, ' '))).toEqual(written)
})

test('the language is the first one wished for that there is', () => {
  expect(chooseLanguage(['it', 'fr-CA', 'de'])).toBe('fr')
  expect(chooseLanguage(['zh-Hans-CN'])).toBe('zh')
  expect(chooseLanguage(['it'])).toBe('en')
})

test('every message is said somewhere', () => {
  const folder = join(import.meta.dirname, '../../src/renderer')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('messages-'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  // Names of settings and of spans of days become names of messages.
  const unsaid = keys.filter((key) => !sources.includes(`'${key}'`) && !/^(theme|filter)_/.test(key))
  expect(unsaid).toEqual([])
})
