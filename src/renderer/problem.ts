import type { MessageKey, Translate } from './i18n/translate.ts'

/** What the station said no to, or that it does not answer (`UNREACHABLE`). */
export class ApiProblem extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export const codeOf = (error: unknown) => (error instanceof ApiProblem ? error.code : 'INTERNAL_SERVER_ERROR')

/** What was there once is no longer: what was read of it is not shown any more. Other errors pass, and it stays. */
export const isGone = (error: unknown) => error instanceof ApiProblem && error.code === 'NOT_FOUND'

const sentences: Readonly<Record<string, MessageKey & `error_${string}`>> = {
  UNREACHABLE: 'error_down',
  SERVICE_UNAVAILABLE: 'error_down',
  UNAUTHORIZED: 'error_unauthorized',
  FORBIDDEN: 'error_forbidden',
  NOT_FOUND: 'error_gone',
  INSUFFICIENT_STORAGE: 'error_full',
}

/** A sentence that says what happened and what to do now. */
export function sentenceOf(error: unknown, t: Translate, number = ''): string {
  const code = codeOf(error)
  if (code === 'CONFLICT' && number !== '') return t('error_exists', { number })
  if (code === 'CONFLICT' || code === 'BAD_REQUEST')
    return t('error_invalid', { why: (error as Error).message })
  return t((sentences[code] ?? 'error_unknown') as 'error_unknown')
}
