import { resolve } from 'node:path'

import { type LogLevel, logLevels } from '../host/log.ts'
import { address, logLevel, type Setting as Told, wanted, whole } from '../host/setting.ts'

/** Everything a station can be told. Secrets are never shown. */
export interface Settings {
  readonly data_dir: string
  readonly host: string
  readonly port: number
  readonly name: string
  readonly central: string | null
  readonly enroll: string | null
  readonly sync_interval: number
  readonly attachment_max: number
  readonly disk_reserve: number
  readonly station_runs: 'linked' | 'any'
  readonly log_level: LogLevel
}

export type SettingName = keyof Settings

export interface Setting<Value> extends Told<Value> {
  readonly summary: string
  /** Stands only on the command line and in the environment: not in `config.json`, which lies in the data folder itself. */
  readonly not_in_file?: true
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
    parse: address('localhost or 127.0.0.1'),
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
  attachment_max: {
    takes: 'MB',
    summary: 'largest attachment',
    parse: whole(1, 100_000),
  },
  disk_reserve: {
    takes: 'MB',
    summary: 'room on the disk that attachments leave to batches',
    parse: whole(0, 1_000_000),
  },
  station_runs: {
    takes: 'WHICH',
    summary: 'procedures of which station keys may report runs: linked or any',
    parse: (text) => (text === 'linked' || text === 'any' ? text : wanted('linked or any')),
  },
  log_level: {
    takes: 'LEVEL',
    summary: `least grave messages that are logged: ${logLevels.join(', ')}`,
    parse: logLevel,
  },
}

export const settingNames = Object.keys(settings) as readonly SettingName[]
