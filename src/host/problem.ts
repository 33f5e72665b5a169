/**
 * Why a command or the station cannot go on, as a value: what is expected to happen some day in a factory
 * (a taken port, a full disk, a damaged file) ends as one line on stderr, never as a stack.
 */
export interface Problem {
  readonly kind: 'problem'
  /** What is the matter: a sentence without its full stop. */
  readonly cause: string
  /** What to do about it: a sentence without its full stop. */
  readonly remedy: string
}

export function problem(cause: string, remedy: string): Problem {
  return { kind: 'problem', cause, remedy }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'problem'
}

/** The one line a person reads: never more than one, whatever the cause brought with it. */
export function problemLine({ cause, remedy }: Problem): string {
  return `lotkeeper: ${cause}. ${remedy}.`.replace(/\s*[\r\n]+\s*/g, ' ')
}

/** The code of a system's or SQLite's error, e.g. `ENOSPC`, `SQLITE_FULL`; empty if it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** The words of an error, without its stack. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
