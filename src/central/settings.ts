import { resolve } from 'node:path'

import { type LogLevel, logLevels } from '../host/log.ts'
import { type Problem, problem } from '../host/problem.ts'

/** Everything headquarters can be told. */
export interface Settings {
  readonly data_dir: string
  readonly host: string
  readonly port: number
  readonly database_url: string | null
  readonly tls_cert: string | null
  readonly tls_key: string | null
  readonly log_level: LogLevel
}

export type SettingName = keyof Settings

interface Setting<Value> {
  readonly takes: string
  /** A bad value says what would be a good one. */
  readonly parse: (text: string) => Value | Problem
  readonly fallback: string | null
}

/** One row for each: `database_url` is `--database-url`, `LOTKEEPER_DATABASE_URL` and `"database_url"` of config.json. */
export const settings: { readonly [Name in SettingName]: Setting<Settings[Name]> } = {
  data_dir: { takes: 'DIR', parse: (text) => resolve(text), fallback: null },
  host: {
    takes: 'ADDRESS',
    parse: (text) => (/^[\w.:-]+$/.test(text) ? text : wanted('an address such as localhost or 0.0.0.0')),
    fallback: 'localhost',
  },
  port: {
    takes: 'N',
    parse: (text) =>
      /^\d+$/.test(text) && Number(text) <= 65_535 ? Number(text) : wanted('a whole number from 0 to 65535'),
    fallback: '4790',
  },
  database_url: {
    takes: 'URL',
    parse: (text) =>
      /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? '')
        ? text
        : wanted('a URL like postgres://user:password@host/database'),
    fallback: null,
  },
  tls_cert: { takes: 'FILE', parse: (text) => resolve(text), fallback: null },
  tls_key: { takes: 'FILE', parse: (text) => resolve(text), fallback: null },
  log_level: {
    takes: 'LEVEL',
    parse: (text) => logLevels.find((level) => level === text) ?? wanted(`one of ${logLevels.join(', ')}`),
    fallback: 'info',
  },
}

export const settingNames = Object.keys(settings) as readonly SettingName[]

export const flagOf = (name: string) => name.replaceAll('_', '-')
export const variableOf = (name: string) => `LOTKEEPER_${name.toUpperCase()}`

const wanted = (good: string) => problem('', `Give ${good}`)
