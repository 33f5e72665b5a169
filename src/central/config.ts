import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import type { Flags } from '../host/arguments.ts'
import { codeOf, isProblem, type Problem, problem, wordsOf } from '../host/problem.ts'
import { flagOf, type SettingName, type Settings, settingNames, settings, variableOf } from './settings.ts'

/** What the process was given from outside. This file is the only one of headquarters that looks. */
export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly is_root: boolean
  /** Started by `npm run central`: npm's shell stands between npm and this process. */
  readonly under_npm: boolean
}

export const surroundings = (): Surroundings => ({
  argv: process.argv.slice(2),
  env: process.env,
  platform: process.platform,
  home: homedir(),
  is_root: process.getuid?.() === 0,
  under_npm: process.env['npm_lifecycle_event'] === 'central',
})

export const settingFlags: Flags = Object.fromEntries(settingNames.map((name) => [flagOf(name), true]))

type Texts = Readonly<Partial<Record<SettingName, string>>>
/** Where a value was given, and how that place names it; the strongest first. */
type Place = readonly [texts: Texts, nameAt: (name: SettingName) => string]

/** Settings of headquarters: machine policy > flag > environment > config.json in the data folder > default. */
export function readConfig(
  around: Surroundings,
  flags: Readonly<Record<string, string>>,
  policy_file = policyFile(around),
): Settings | Problem {
  const policy = readTexts(policy_file, settingNames)
  if (isProblem(policy)) return policy
  const fromFlags = Object.fromEntries(settingNames.map((name) => [name, flags[flagOf(name)]]))
  const fromEnv = Object.fromEntries(
    settingNames.map((name) => [name, around.env[variableOf(name)] || undefined]),
  )
  const outer: readonly Place[] = [
    [policy, (name) => `"${name}" of ${policy_file}`],
    [fromFlags, (name) => `--${flagOf(name)}`],
    [fromEnv, variableOf],
  ]
  const data_dir = choose('data_dir', outer) ?? defaultDataFolder(around)
  if (isProblem(data_dir)) return data_dir
  const file = readTexts(
    join(data_dir, 'config.json'),
    settingNames.filter((name) => name !== 'data_dir'),
  )
  if (isProblem(file)) return file
  const places: readonly Place[] = [...outer, [file, (name) => `"${name}" of config.json`]]
  const values: Partial<Record<SettingName, unknown>> = {}
  for (const name of settingNames) {
    const { fallback, parse } = settings[name]
    const value = choose(name, places) ?? (fallback === null ? null : parse(fallback))
    if (isProblem(value)) return value
    values[name] = value
  }
  const chosen = { ...(values as unknown as Settings), data_dir }
  if ((chosen.tls_cert === null) !== (chosen.tls_key === null))
    return problem('a certificate and its key belong together', 'Give both --tls-cert and --tls-key')
  return chosen
}

/** The value of the strongest place. Weaker places are read too: a bad value is found today, not on the day it counts. */
function choose<Name extends SettingName>(
  name: Name,
  places: readonly Place[],
): Settings[Name] | Problem | undefined {
  let chosen: Settings[Name] | undefined
  for (const [texts, nameAt] of places) {
    const text = texts[name]
    if (text === undefined) continue
    const { takes, parse } = settings[name]
    const value = text === '' ? problem('', `Give ${takes} or leave it out`) : parse(text)
    // A database's address holds its password: it is not shown.
    if (isProblem(value))
      return problem(
        `${nameAt(name)} is ${name === 'database_url' ? 'bad' : JSON.stringify(text)}`,
        value.remedy,
      )
    chosen ??= value
  }
  return chosen
}

function defaultDataFolder({ env, platform, home, is_root }: Surroundings): string {
  if (platform === 'win32') return `${env['ProgramData'] ?? 'C:\\ProgramData'}\\Lotkeeper Central`
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Lotkeeper Central')
  const service = env['STATE_DIRECTORY']?.split(':')[0]
  if (service) return service
  if (env['XDG_STATE_HOME']) return join(env['XDG_STATE_HOME'], 'lotkeeper-central')
  return is_root ? '/var/lib/lotkeeper-central' : join(home, '.local', 'state', 'lotkeeper-central')
}

/** Beside the station's, which may run on the same machine with other values. */
function policyFile({ env, platform }: Surroundings): string {
  if (platform === 'win32')
    return `${env['ProgramData'] ?? 'C:\\ProgramData'}\\Lotkeeper\\central-policy.json`
  if (platform === 'darwin') return '/Library/Application Support/Lotkeeper/central-policy.json'
  return '/etc/lotkeeper/central-policy.json'
}

/** A file that is not there says nothing; one that cannot be read or understood is never passed over. */
function readTexts(file: string, allowed: readonly SettingName[]): Texts | Problem {
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
    return problem(`${file} holds no settings`, 'Write it like {"port": 4790}')
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
