import { readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import path from 'node:path'

import type { Flags } from '../host/arguments.ts'
import { argumentsWithinElectron } from './electron-arguments.ts'
import { codeOf, isProblem, type Problem, problem, wordsOf } from '../host/problem.ts'
import { flagOf, type SettingName, type Settings, settingNames, settings, variableOf } from './settings.ts'

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
export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly hostname: string
  readonly is_root: boolean
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
  policy_file = policyFile(around),
): Config | Problem {
  const policy = readSettingsFile(policy_file, settingNames)
  if (isProblem(policy)) return policy
  const fromFlags: Texts = Object.fromEntries(settingNames.map((name) => [name, flags[flagOf(name)]]))
  const fromEnv: Texts = Object.fromEntries(
    settingNames.map((name) => [name, around.env[variableOf(name)] || undefined]),
  )
  const known = { policy, flag: fromFlags, environment: fromEnv, default: defaults(around) }

  const dataDir = choose('data_dir', { ...known, 'config.json': {} })
  if (isProblem(dataDir)) return dataDir
  const config_file = path.join(dataDir.value as string, 'config.json')
  const file = readSettingsFile(
    config_file,
    settingNames.filter((name) => !settings[name].not_in_file),
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
    const text = given[origin][name]!
    const setting = settings[name]
    const value = text === '' ? problem('', `Give ${setting.takes} or leave it out`) : setting.parse(text)
    if (isProblem(value))
      return problem(
        `${nameAt(name, origin)} is ${setting.secret ? 'bad' : JSON.stringify(text)}`,
        value.remedy,
      )
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
    data_dir: defaultDataFolder(around),
    host: 'localhost',
    port: '4780',
    name: around.hostname.slice(0, 60) || 'station',
    sync_interval: '15',
    log_level: 'info',
  }
}

/** `path` of the system that is asked about, so that tests on one system can ask about the other. */
const pathsOf = (platform: NodeJS.Platform) => (platform === 'win32' ? path.win32 : path.posix)

/** Where a station keeps its data when nobody says otherwise (docs/configuration.md). */
export function defaultDataFolder({ env, platform, home, is_root }: Surroundings): string {
  const join = (...parts: string[]) => pathsOf(platform).join(...parts)
  if (platform === 'win32') return join(env['ProgramData'] ?? 'C:\\ProgramData', 'Lotkeeper')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Lotkeeper')
  // systemd names the service's folder itself; root without it is the administrator who looks after the service.
  const service = env['STATE_DIRECTORY']?.split(':')[0]
  if (service) return service
  if (env['XDG_STATE_HOME']) return join(env['XDG_STATE_HOME'], 'lotkeeper')
  return is_root ? '/var/lib/lotkeeper' : join(home, '.local', 'state', 'lotkeeper')
}

/** Where only an administrator can write: what stands there is locked for everybody else. */
export function policyFile({ env, platform }: Surroundings): string {
  if (platform === 'win32')
    return path.win32.join(
      env['ProgramW6432'] ?? env['ProgramFiles'] ?? 'C:\\Program Files',
      'Lotkeeper',
      'policy.json',
    )
  if (platform === 'darwin') return '/Library/Application Support/Lotkeeper/policy.json'
  return '/etc/lotkeeper/policy.json'
}

/** A file that is not there says nothing; one that cannot be read or understood is never passed over. */
function readSettingsFile(file: string, allowed: readonly SettingName[]): Texts | Problem {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    if (code !== '') return problem(`${file} cannot be read (${code})`, 'Make it readable or remove it')
    return problem(`${file} is not JSON (${wordsOf(error)})`, 'Correct or remove it')
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return problem(`${file} holds no settings`, 'Write it like {"port": 4780}')
  const texts: Partial<Record<SettingName, string>> = {}
  for (const [key, value] of Object.entries(content)) {
    const name = allowed.find((known) => known === key)
    if (name === undefined)
      return problem(`${file} has the unknown key "${key}"`, `It may have ${allowed.join(', ')}`)
    if (typeof value !== 'string' && typeof value !== 'number')
      return problem(`"${key}" of ${file} is neither text nor a number`, `Give ${settings[name].takes}`)
    texts[name] = String(value)
  }
  return texts
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
