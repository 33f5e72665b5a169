import type { languages } from '../../model/desk.ts'
import { deConflicts } from './messages-de-conflicts.ts'
import { deHeadquarters } from './messages-de-headquarters.ts'
import { deRuns } from './messages-de-runs.ts'
import { de } from './messages-de.ts'
import { enConflicts } from './messages-en-conflicts.ts'
import { enHeadquarters } from './messages-en-headquarters.ts'
import { enRuns } from './messages-en-runs.ts'
import { en } from './messages-en.ts'
import { esConflicts } from './messages-es-conflicts.ts'
import { esHeadquarters } from './messages-es-headquarters.ts'
import { esRuns } from './messages-es-runs.ts'
import { es } from './messages-es.ts'
import { frConflicts } from './messages-fr-conflicts.ts'
import { frHeadquarters } from './messages-fr-headquarters.ts'
import { frRuns } from './messages-fr-runs.ts'
import { fr } from './messages-fr.ts'
import { zhConflicts } from './messages-zh-conflicts.ts'
import { zhHeadquarters } from './messages-zh-headquarters.ts'
import { zhRuns } from './messages-zh-runs.ts'
import { zh } from './messages-zh.ts'

export type Language = (typeof languages)[number]
const english = { ...en, ...enHeadquarters, ...enConflicts, ...enRuns }
type English = typeof english
export type MessageKey = keyof English

export interface Plural {
  readonly one: string
  readonly other: string
}

/** A catalogue has every message of the English one, and forms of number where that has them. */
type CatalogueLike<Model> = { readonly [Key in keyof Model]: Model[Key] extends string ? string : Plural }
export type PageCatalogue = CatalogueLike<typeof en>
export type HeadquartersCatalogue = CatalogueLike<typeof enHeadquarters>
export type ConflictsCatalogue = CatalogueLike<typeof enConflicts>
export type RunsCatalogue = CatalogueLike<typeof enRuns>
export type Catalogue = CatalogueLike<English>

export const catalogues: { readonly [Name in Language]: Catalogue } = {
  en: english,
  de: { ...de, ...deHeadquarters, ...deConflicts, ...deRuns },
  fr: { ...fr, ...frHeadquarters, ...frConflicts, ...frRuns },
  es: { ...es, ...esHeadquarters, ...esConflicts, ...esRuns },
  zh: { ...zh, ...zhHeadquarters, ...zhConflicts, ...zhRuns },
}

type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never
type TextOf<Key extends MessageKey> = English[Key] extends { readonly other: infer Other }
  ? Other
  : English[Key]
type Values<Key extends MessageKey> = {
  readonly [Name in Names<TextOf<Key>>]: Name extends 'count' ? number : string
}

/** What a message needs to be filled in: nothing, or its values. */
export type Filling<Key extends MessageKey> = [Names<TextOf<Key>>] extends [never]
  ? English[Key] extends string
    ? []
    : [{ readonly count: number }]
  : [Values<Key>]

export type Translate = <Key extends MessageKey>(key: Key, ...filling: Filling<Key>) => string

/** How people of a language write numbers, dates and plurals. */
const locales: { readonly [Name in Language]: string } = {
  en: 'en-GB',
  de: 'de',
  fr: 'fr',
  es: 'es',
  zh: 'zh-CN',
}
export const localeOf = (language: Language) => locales[language]

export function translator(language: Language): Translate {
  const catalogue = catalogues[language]
  const plural = new Intl.PluralRules(locales[language])
  const number = new Intl.NumberFormat(locales[language])
  return (key, ...[values]) => {
    const message = catalogue[key]
    const filling = (values ?? {}) as Readonly<Record<string, string | number>>
    const text =
      typeof message === 'string'
        ? message
        : plural.select(filling['count'] as number) === 'one'
          ? message.one
          : message.other
    return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = filling[name]!
      return typeof value === 'number' ? number.format(value) : value
    })
  }
}

/** The first of these languages there is a catalogue for. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const name of wanted) {
    const language = name.toLowerCase().split('-')[0]!
    if (language in catalogues) return language as Language
  }
  return 'en'
}
