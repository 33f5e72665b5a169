import { resolve } from 'node:path'

import { type LogLevel, logLevels } from '../host/log.ts'
import { type Problem, problem } from '../host/problem.ts'

/** Everything a station can be told. Secrets are never shown. */
export interface Settings {
  readonly data_dir: string
  readonly host: string
  readonly port: number
  readonly name: string
  readonly central: string | null
  readonly enroll: string | null
  readonly sync_interval: number
  readonly log_level: LogLevel
}

export type SettingName = keyof Settings

export interface Setting<Value> {
  /** Placeholder in usage texts. */
  readonly takes: string
  readonly summary: string
  /** Text of a flag, variable or file to a value. A bad value says what would be a good one. */
  readonly parse: (text: string) => Value | Problem
  /** Stands only on the command line and in the environment: not in `config.json`, which lies in the data folder itself. */
  readonly not_in_file?: true
  readonly secret?: true
}

/**
 * One row for each setting; flag, variable and key follow from the name:
 * `sync_interval` is `--sync-interval`, `LOTKEEPER_SYNC_INTERVAL` and `"sync_interval"`.
 */
export const settings: { readonly [Name in SettingName]: Setting<Settings[Name]> } = {
  data_dir: {
    takes: 'DIR',
    summary: 'folder of the database, keys, logs and backups',
    parse: (text) => resolve(text),
    not_in_file: true,
  },
  host: {
    takes: 'ADDRESS',
    summary: 'address to listen on; localhost is 127.0.0.1 and ::1',
    parse: (text) => (/^[\w.:-]+$/.test(text) ? text : wanted('an address such as localhost or 127.0.0.1')),
  },
  port: { takes: 'N', summary: 'port to listen on; 0 takes any free one', parse: whole(0, 65_535) },
  name: {
    takes: 'NAME',
    summary: 'name of the station, given to it at its first start',
    parse: (text) => (text.length <= 60 ? text : wanted('a name of at most 60 characters')),
  },
  central: {
    takes: 'URL',
    summary: 'address of headquarters',
    parse: (text) =>
      /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text : wanted('a URL with http:// or https://'),
  },
  enroll: {
    takes: 'CODE',
    summary: 'one-time code that makes headquarters know this station',
    parse: (text) => text,
    not_in_file: true,
    secret: true,
  },
  sync_interval: {
    takes: 'SECONDS',
    summary: 'time between two rounds with headquarters',
    parse: whole(1, 86_400),
  },
  log_level: {
    takes: 'LEVEL',
    summary: `least grave messages that are logged: ${logLevels.join(', ')}`,
    parse: (text) => logLevels.find((level) => level === text) ?? wanted(`one of ${logLevels.join(', ')}`),
  },
}

export const settingNames = Object.keys(settings) as readonly SettingName[]

export const flagOf = (name: string) => name.replaceAll('_', '-')
export const variableOf = (name: string) => `LOTKEEPER_${name.toUpperCase()}`

function wanted(good: string): Problem {
  return problem('', `Give ${good}`)
}

function whole(min: number, max: number): (text: string) => number | Problem {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return number >= min && number <= max ? number : wanted(`a whole number from ${min} to ${max}`)
  }
}
