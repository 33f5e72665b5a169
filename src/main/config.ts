import { homedir, hostname } from 'node:os'
import { join } from 'node:path'

import type { Flags } from '../host/arguments.ts'
import { argumentsWithinElectron } from './electron-arguments.ts'
import { defaultDataFolder, type Machine, policyFile } from '../host/places.ts'
import { isProblem, type Problem } from '../host/problem.ts'
import { flagOf, parseSetting, readSettingsFile, variableOf } from '../host/setting.ts'
import { type SettingName, type Settings, settingNames, settings } from './settings.ts'

/** Where a value comes from, strongest first. What a machine policy says cannot be changed by anything else. */
export const origins = ['policy', 'flag', 'environment', 'config.json', 'default'] as const
export type Origin = (typeof origins)[number]

export interface Config {
  readonly settings: Settings
  readonly origin: Readonly<Record<SettingName, Origin>>
  /** Where else a value was given, and lost against a stronger place. */
  readonly overridden: Readonly<Partial<Record<SettingName, readonly Origin[]>>>
  /** The files that were looked for. */
  readonly policy_file: string
  readonly config_file: string
  /** What is odd but does no harm, one line each. */
  readonly warnings: readonly string[]
}

/** What the process was given from outside. This file is the only one that looks. */
export interface Surroundings extends Machine {
  readonly argv: readonly string[]
  readonly hostname: string
  /** Started by `npm run station` or `npm start`: npm's shell stands between npm and this process. */
  readonly under_npm: boolean
}

export function surroundings(): Surroundings {
  return {
    argv: process.versions['electron']
      ? argumentsWithinElectron(process.argv, process.defaultApp)
      : process.argv.slice(2),
    env: process.env,
    platform: process.platform,
    home: homedir(),
    hostname: hostname(),
    is_root: process.getuid?.() === 0,
    under_npm: ['station', 'start'].includes(process.env['npm_lifecycle_event'] ?? ''),
  }
}

/** The flags that set a setting, for `readArguments`. */
export const settingFlags: Flags = Object.fromEntries(settingNames.map((name) => [flagOf(name), true]))

/** Variables of headquarters, which may run on the same machine: known, and not for the station. */
const centralVariables = ['LOTKEEPER_DATABASE_URL', 'LOTKEEPER_TLS_CERT', 'LOTKEEPER_TLS_KEY']

type Texts = Readonly<Partial<Record<SettingName, string>>>

/**
 * Settings from all five places, each value with its origin.
 * @param policy_file for tests; everybody else has the machine's
 */
export function readConfig(
  around: Surroundings,
  flags: Readonly<Record<string, string>>,
  policy_file = policyFile(around, 'policy.json'),
): Config | Problem {
  const known = readOuter(around, flags, policy_file)
  if (isProblem(known)) return known
  const dataDir = choose('data_dir', known)
  if (isProblem(dataDir)) return dataDir
  const config_file = join(dataDir.value as string, 'config.json')
  const file = readSettingsFile(
    config_file,
    settingNames.filter((name) => !settings[name].not_in_file),
    settings,
  )
  if (isProblem(file)) return file

  const values: Partial<Record<SettingName, unknown>> = {}
  const origin: Partial<Record<SettingName, Origin>> = {}
  const overridden: Partial<Record<SettingName, readonly Origin[]>> = {}
  for (const name of settingNames) {
    const chosen = choose(name, { ...known, 'config.json': file })
    if (isProblem(chosen)) return chosen
    values[name] = chosen.value
    origin[name] = chosen.origin
    if (chosen.overridden.length > 0) overridden[name] = chosen.overridden
  }
  return {
    settings: values as unknown as Settings,
    origin: origin as Record<SettingName, Origin>,
    overridden,
    policy_file,
    config_file,
    warnings: [...lockedOut(origin, overridden, policy_file), ...unknownVariables(around.env)],
  }
}

/** The data folder alone, whatever lies in it. */
export function readDataFolder(
  around: Surroundings,
  flags: Readonly<Record<string, string>>,
): string | Problem {
  const known = readOuter(around, flags, policyFile(around, 'policy.json'))
  const chosen = isProblem(known) ? known : choose('data_dir', known)
  return isProblem(chosen) ? chosen : (chosen.value as string)
}

/** Everything that is said outside of the data folder. */
function readOuter(
  around: Surroundings,
  flags: Readonly<Record<string, string>>,
  policy_file: string,
): Readonly<Record<Origin, Texts>> | Problem {
  const policy = readSettingsFile(policy_file, settingNames, settings)
  if (isProblem(policy)) return policy
  return {
    policy,
    flag: Object.fromEntries(settingNames.map((name) => [name, flags[flagOf(name)]])),
    environment: Object.fromEntries(
      settingNames.map((name) => [name, around.env[variableOf(name)] || undefined]),
    ),
    'config.json': {},
    default: defaults(around),
  }
}

interface Chosen {
  readonly value: Settings[SettingName]
  readonly origin: Origin
  readonly overridden: readonly Origin[]
}

/** The value of the strongest place. Weaker places are read too: a bad value is found today, not on the day it counts. */
function choose(name: SettingName, given: Readonly<Record<Origin, Texts>>): Chosen | Problem {
  const places = origins.filter((origin) => given[origin][name] !== undefined)
  const values: Settings[SettingName][] = []
  for (const origin of places) {
    const value = parseSetting<Settings[SettingName]>(
      settings[name],
      given[origin][name]!,
      nameAt(name, origin),
    )
    if (isProblem(value)) return value
    values.push(value)
  }
  const overridden = places.slice(1).filter((place) => place !== 'default')
  return { value: values[0] ?? null, origin: places[0] ?? 'default', overridden }
}

function nameAt(name: SettingName, origin: Origin): string {
  if (origin === 'flag') return `--${flagOf(name)}`
  if (origin === 'environment') return variableOf(name)
  return `"${name}" of ${origin === 'policy' ? 'the machine policy' : origin}`
}

function defaults(around: Surroundings): Texts {
  return {
    data_dir: defaultDataFolder(around, { title: 'Lotkeeper', unix: 'lotkeeper' }),
    host: 'localhost',
    port: '4780',
    name: around.hostname.slice(0, 60) || 'station',
    sync_interval: '15',
    attachment_max: '256',
    disk_reserve: '1000',
    station_runs: 'linked',
    log_level: 'info',
  }
}

function lockedOut(
  origin: Partial<Record<SettingName, Origin>>,
  overridden: Partial<Record<SettingName, readonly Origin[]>>,
  policy_file: string,
): string[] {
  return settingNames
    .filter((name) => origin[name] === 'policy' && overridden[name])
    .map(
      (name) =>
        `${overridden[name]!.map((at) => nameAt(name, at)).join(' and ')} is not used: ${policy_file} settles ${name}`,
    )
}

function unknownVariables(env: Surroundings['env']): string[] {
  const known = [...settingNames.map(variableOf), ...centralVariables]
  return Object.keys(env)
    .filter((name) => name.startsWith('LOTKEEPER_') && !known.includes(name))
    .map((name) => `the environment variable ${name} is not known and not used`)
}
