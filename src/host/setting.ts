import { accessSync, constants, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { type LogLevel, logLevels } from './log.ts'
import { codeOf, isProblem, type Problem, problem, wordsOf } from './problem.ts'

/** One thing that a program can be told. */
export interface Setting<Value> {
  /** Placeholder in usage texts. */
  readonly takes: string
  /** Text of a flag, variable or file to a value. A bad value says what would be a good one. */
  readonly parse: (text: string) => Value | Problem
  /** Never shown, not even where it is bad. */
  readonly secret?: true
}

/** `sync_interval` is `--sync-interval` and `LOTKEEPER_SYNC_INTERVAL`. */
export const flagOf = (name: string) => name.replaceAll('_', '-')
export const variableOf = (name: string) => `LOTKEEPER_${name.toUpperCase()}`

/** Why a value is none: what would be one. */
export const wanted = (good: string): Problem => problem('', `Give ${good}`)

export function whole(min: number, max: number): (text: string) => number | Problem {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return number >= min && number <= max ? number : wanted(`a whole number from ${min} to ${max}`)
  }
}

/** @param example of an address that serves */
export function address(example: string): (text: string) => string | Problem {
  return (text) => (/^[\w.:-]+$/.test(text) ? text : wanted(`an address such as ${example}`))
}

export function logLevel(text: string): LogLevel | Problem {
  return logLevels.find((level) => level === text) ?? wanted(`one of ${logLevels.join(', ')}`)
}

/**
 * The value that a text stands for.
 * @param named how the place calls it where the text was found: `--port`, `"port" of config.json`
 */
export function parseSetting<Value>(
  { takes, parse, secret }: Setting<Value>,
  text: string,
  named: string,
): Value | Problem {
  const value = text === '' ? wanted(`${takes} or leave it out`) : parse(text)
  return isProblem(value)
    ? problem(`${named} is ${secret ? 'bad' : JSON.stringify(text)}`, value.remedy)
    : value
}

/** A folder that this user may not enter: whether the file is there cannot be known. */
function isClosed(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK)
    return false
  } catch {
    return true
  }
}

/**
 * What a file of settings says, as texts. A file that is not there says nothing; one that cannot be read or understood is never
 * passed over.
 */
export function readSettingsFile<Name extends string>(
  file: string,
  allowed: readonly Name[],
  settings: { readonly [One in Name]: Setting<unknown> },
): Partial<Record<Name, string>> | Problem {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    if (code === 'EACCES' || code === 'EPERM')
      return problem(
        `this user may not read ${isClosed(dirname(file)) ? dirname(file) : file}`,
        'Run this as the user that the station or headquarters runs under, or as administrator',
      )
    if (code !== '') return problem(`${file} cannot be read (${code})`, 'Make it readable or remove it')
    return problem(`${file} is not JSON (${wordsOf(error)})`, 'Correct or remove it')
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return problem(`${file} holds no settings`, 'Write it like {"port": 4780}')
  const texts: Partial<Record<Name, string>> = {}
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
