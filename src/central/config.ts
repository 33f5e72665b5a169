import { homedir } from 'node:os'
import { join } from 'node:path'

import type { Flags } from '../host/arguments.ts'
import { defaultDataFolder, type Machine, policyFile } from '../host/places.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import { flagOf, parseSetting, readSettingsFile, variableOf } from '../host/setting.ts'
import { type SettingName, type Settings, settingNames, settings } from './settings.ts'

/** What the process was given from outside. This file is the only one of headquarters that looks. */
export interface Surroundings extends Machine {
  readonly argv: readonly string[]
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

/** Beside the station's, which may run on the same machine with other values. */
const POLICY = 'central-policy.json'

const product = { title: 'Lotkeeper Central', unix: 'lotkeeper-central' }

/** Settings of headquarters: machine policy > flag > environment > config.json in the data folder > default. */
export function readConfig(
  around: Surroundings,
  flags: Readonly<Record<string, string>>,
  policy_file = policyFile(around, POLICY),
): Settings | Problem {
  const outer = readOuter(around, flags, policy_file)
  if (isProblem(outer)) return outer
  const data_dir = chooseDataFolder(around, outer)
  if (isProblem(data_dir)) return data_dir
  const file = readSettingsFile(
    join(data_dir, 'config.json'),
    settingNames.filter((name) => name !== 'data_dir'),
    settings,
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

/** The data folder alone, whatever lies in it. */
export function readDataFolder(
  around: Surroundings,
  flags: Readonly<Record<string, string>>,
): string | Problem {
  const outer = readOuter(around, flags, policyFile(around, POLICY))
  return isProblem(outer) ? outer : chooseDataFolder(around, outer)
}

const chooseDataFolder = (around: Surroundings, outer: readonly Place[]): string | Problem =>
  choose('data_dir', outer) ?? defaultDataFolder(around, product)

/** Everything that is said outside of the data folder. */
function readOuter(
  around: Surroundings,
  flags: Readonly<Record<string, string>>,
  policy_file: string,
): readonly Place[] | Problem {
  const policy = readSettingsFile(policy_file, settingNames, settings)
  if (isProblem(policy)) return policy
  const fromFlags = Object.fromEntries(settingNames.map((name) => [name, flags[flagOf(name)]]))
  const fromEnv = Object.fromEntries(
    settingNames.map((name) => [name, around.env[variableOf(name)] || undefined]),
  )
  return [
    [policy, (name) => `"${name}" of ${policy_file}`],
    [fromFlags, (name) => `--${flagOf(name)}`],
    [fromEnv, variableOf],
  ]
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
    const value = parseSetting(settings[name], text, nameAt(name))
    if (isProblem(value)) return value
    chosen ??= value
  }
  return chosen
}
