import { parseArgs } from 'node:util'

import { codeOf, type Problem, problem, wordsOf } from './problem.ts'

/** Flags a command knows: `true` takes a value, `false` is a switch. */
export type Flags = Readonly<Record<string, boolean>>

export interface Arguments {
  /** Value of each flag that was given; switches are `''`. */
  readonly flags: Readonly<Record<string, string>>
  /** What stands without a flag. */
  readonly words: readonly string[]
}

/** Reads a command line: an unknown flag, a flag given twice or without its value is a problem, never a guess. */
export function readArguments(argv: readonly string[], known: Flags, usage: string): Arguments | Problem {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, takesValue]) => [
      name,
      { type: takesValue ? 'string' : 'boolean' } as const,
    ]),
  )
  try {
    const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true })
    const flags: Record<string, string> = {}
    const words: string[] = []
    for (const token of tokens) {
      if (token.kind === 'positional') words.push(token.value)
      if (token.kind !== 'option') continue
      if (token.name in flags) return problem(`--${token.name} is given twice`, `Give it once: ${usage}`)
      flags[token.name] = token.value ?? ''
    }
    return { flags, words }
  } catch (error) {
    if (!codeOf(error).startsWith('ERR_PARSE_ARGS')) throw error
    const [cause] = wordsOf(error).split(/\.\s|\n/)
    return problem(cause!.replace(/\.$/, ''), `Usage: ${usage}`)
  }
}
