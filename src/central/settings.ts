import { resolve } from 'node:path'

import type { LogLevel } from '../host/log.ts'
import { address, logLevel, type Setting as Told, wanted, whole } from '../host/setting.ts'

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

interface Setting<Value> extends Told<Value> {
  readonly fallback: string | null
}

/** One row for each: `database_url` is `--database-url`, `LOTKEEPER_DATABASE_URL` and `"database_url"` of config.json. */
export const settings: { readonly [Name in SettingName]: Setting<Settings[Name]> } = {
  data_dir: { takes: 'DIR', parse: (text) => resolve(text), fallback: null },
  host: {
    takes: 'ADDRESS',
    parse: address('localhost or 0.0.0.0'),
    fallback: 'localhost',
  },
  port: { takes: 'N', parse: whole(0, 65_535), fallback: '4790' },
  database_url: {
    takes: 'URL',
    parse: (text) =>
      /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? '')
        ? text
        : wanted('a URL like postgres://user:password@host/database'),
    fallback: null,
    // It holds a password.
    secret: true,
  },
  tls_cert: { takes: 'FILE', parse: (text) => resolve(text), fallback: null },
  tls_key: { takes: 'FILE', parse: (text) => resolve(text), fallback: null },
  log_level: { takes: 'LEVEL', parse: logLevel, fallback: 'info' },
}

export const settingNames = Object.keys(settings) as readonly SettingName[]
