import type { z } from 'zod'

import type { ErrorCode } from '../model/error.ts'
import type { Reason } from '../model/reason.ts'
import type { Filling, MessageKey, Translate } from './i18n/translate.ts'

interface Particulars {
  /** The first thing that is wrong with what was sent, as the schema says it. */
  readonly issue?: Readonly<Record<string, unknown>> | undefined
  /** Of the station's own operations: one of `Reason`, or what a newer station knows. */
  readonly reason?: string | undefined
  readonly technical?: string | undefined
}

/** What the station said no to, or that it does not answer (`UNREACHABLE`). */
export class ApiProblem extends Error {
  readonly code: string
  readonly particulars: Particulars

  constructor(code: string, message: string, particulars: Particulars = {}) {
    super(message)
    this.code = code
    this.particulars = particulars
  }
}

export const codeOf = (error: unknown) => (error instanceof ApiProblem ? error.code : 'INTERNAL_SERVER_ERROR')

/** What was there once is no longer: what was read of it is not shown any more. Other errors pass, and it stays. */
export const isGone = (error: unknown) => error instanceof ApiProblem && error.code === 'NOT_FOUND'

type Sentence = MessageKey & (`error_${string}` | `reason_${string}` | `trouble_${string}`)
/** Sentences that need nothing filled in. */
type Plain = { [Key in Sentence]: Filling<Key> extends [] ? Key : never }[Sentence]

const ofCodes: { readonly [Code in ErrorCode | 'UNREACHABLE']: Plain } = {
  UNREACHABLE: 'error_down',
  SERVICE_UNAVAILABLE: 'error_down',
  REQUEST_TIMEOUT: 'error_down',
  TOO_MANY_REQUESTS: 'error_busy',
  UNAUTHORIZED: 'error_unauthorized',
  FORBIDDEN: 'error_forbidden',
  NOT_FOUND: 'error_gone',
  CONFLICT: 'error_taken',
  INSUFFICIENT_STORAGE: 'error_full',
  PAYLOAD_TOO_LARGE: 'error_large',
  REQUEST_HEADER_FIELDS_TOO_LARGE: 'error_large',
  BAD_REQUEST: 'error_form',
  // What this page never sends.
  PARSE_ERROR: 'error_unknown',
  UNSUPPORTED_MEDIA_TYPE: 'error_unknown',
  UNPROCESSABLE_CONTENT: 'error_unknown',
  INTERNAL_SERVER_ERROR: 'error_unknown',
}

const ofReasons: { readonly [Name in Reason]: Plain } = {
  unreachable: 'reason_unreachable',
  silent: 'reason_unreachable',
  cut_off: 'reason_cut_off',
  bad_message: 'reason_cut_off',
  captive_portal: 'reason_portal',
  foreign: 'reason_foreign',
  gateway: 'reason_gateway',
  proxy_login: 'trouble_proxy',
  certificate: 'trouble_certificate',
  scheme: 'trouble_scheme',
  unauthorized: 'trouble_credential',
  revoked: 'trouble_credential',
  code_unknown: 'reason_code_unknown',
  code_spent: 'reason_code_spent',
  code_expired: 'reason_code_expired',
  upgrade_required: 'trouble_version',
  not_understood: 'trouble_version',
  disk: 'trouble_disk',
  busy: 'reason_busy',
  too_large: 'reason_busy',
  defect: 'reason_defect',
  other_address: 'reason_other_address',
  no_line: 'reason_no_line',
  last_user_key: 'reason_last_user_key',
  not_answered: 'reason_not_answered',
  tried_again: 'reason_tried_again',
  answered_already: 'reason_answered_already',
  no_such_answer: 'reason_no_such_answer',
  nothing_left: 'reason_nothing_left',
  name_taken: 'error_taken',
  still_used: 'reason_still_used',
  cannot_be: 'reason_cannot_be',
  link_expired: 'reason_link_expired',
  bytes_away: 'reason_bytes_away',
  bytes_not_sent: 'reason_bytes_not_sent',
  bytes_changed: 'reason_bytes_changed',
  bytes_gone: 'reason_bytes_gone',
}

const ofIssues: { readonly [Code in z.core.$ZodIssue['code']]: Plain } = {
  too_small: 'error_short',
  too_big: 'error_form',
  invalid_format: 'error_form',
  invalid_type: 'error_form',
  invalid_value: 'error_form',
  invalid_key: 'error_form',
  invalid_element: 'error_form',
  invalid_union: 'error_form',
  unrecognized_keys: 'error_form',
  not_multiple_of: 'error_form',
  custom: 'error_form',
}

const find = <Key extends string>(table: { readonly [Name in Key]: Plain }, key: unknown) =>
  typeof key === 'string' && Object.hasOwn(table, key) ? table[key as Key] : undefined

/** A sentence that says what happened and what to do now; in English only what a newer station says that nobody here knows. */
export function sentenceOf(error: unknown, t: Translate, number = ''): string {
  const code = codeOf(error)
  const { issue, reason } = error instanceof ApiProblem ? error.particulars : {}
  if (reason === undefined && code === 'CONFLICT' && number !== '') return t('error_exists', { number })
  if (reason === undefined && issue?.['origin'] === 'string' && issue['code'] === 'too_big')
    return t('error_long', { max: String(issue['maximum']) })
  const key =
    reason !== undefined
      ? find(ofReasons, reason)
      : issue !== undefined
        ? wrongAt(issue)
        : find(ofCodes, code)
  return key === undefined ? t('error_invalid', { why: (error as Error).message }) : t(key)
}

function wrongAt({ code, path }: Readonly<Record<string, unknown>>): Plain | undefined {
  const key = find(ofIssues, code)
  return key === 'error_form' && Array.isArray(path) && path.at(-1) === 'url' ? 'error_address' : key
}
