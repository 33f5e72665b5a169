import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

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
