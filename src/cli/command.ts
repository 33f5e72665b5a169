import type { Arguments } from '../host/arguments.ts'
import type { Config } from '../main/config.ts'
import type { Problem } from '../host/problem.ts'

export interface Given extends Arguments {
  readonly config: Config
  /** For the line that says how it is meant. */
  readonly usage: string
}

/** @returns the exit code; a problem is one line on stderr and exit code 1 */
export type Run = (given: Given) => Promise<number | Problem>

/** A command for headquarters: its folder has settings of its own, which it reads itself. */
export type AtHeadquarters = Omit<Given, 'config'>
export type RunAtHeadquarters = (given: AtHeadquarters) => Promise<number | Problem>

/** Results go to stdout, everything said beside them to stderr. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function remark(line: string): void {
  process.stderr.write(`${line}\n`)
}
