import type { Arguments, Flags } from '../main/arguments.ts'
import type { Config } from '../main/config.ts'
import type { Problem } from '../main/problem.ts'

/** One command: what it is called with, and what it does. */
export interface Command {
  /** Everything after `lotkeeper`, as the usage shows it. */
  readonly usage: string
  readonly summary: string
  /** Flags besides `--data-dir`: true takes a value. */
  readonly flags: Flags
  /** Most words it takes. */
  readonly words: number
  /** @returns the exit code; a problem is one line on stderr and exit code 1 */
  run(given: Given): Promise<number | Problem>
}

export interface Given extends Arguments {
  readonly config: Config
  /** For the line that says how it is meant. */
  readonly usage: string
}

/** Results go to stdout, everything said beside them to stderr. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function remark(line: string): void {
  process.stderr.write(`${line}\n`)
}
