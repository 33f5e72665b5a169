import { z } from 'zod'

import type { Reason } from './reason.ts'

/**
 * The closed set of errors: code on the wire → HTTP status (contract v2 §1.4).
 * Codes beyond the contract's stand only for things its pages do not name (408, 413, 431, 503, 507).
 */
export const errorStatus = {
  BAD_REQUEST: 400,
  PARSE_ERROR: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  REQUEST_TIMEOUT: 408,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE_CONTENT: 422,
  TOO_MANY_REQUESTS: 429,
  REQUEST_HEADER_FIELDS_TOO_LARGE: 431,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
  INSUFFICIENT_STORAGE: 507,
} as const

export type ErrorCode = keyof typeof errorStatus

/** An expected "no", as a value: nothing was changed. Anything thrown instead is a defect and is answered as 500. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly code: ErrorCode
  /** One sentence that names the cause. */
  readonly message: string
  /** Only for input that fails its schema. */
  readonly issues?: readonly { readonly message: string }[]
  /** Id of the row that is in the way, for a 409. */
  readonly existing_id?: string
  /** Only of the station's own operations. */
  readonly reason?: Reason
  /** What a system or program calls it, e.g. `ECONNREFUSED`; only beside `reason`. */
  readonly technical?: string
}

/** Says no: `code` decides the status, `message` is shown to the caller. */
export function refuse(
  code: ErrorCode,
  message: string,
  more?: Pick<Refusal, 'issues' | 'existing_id' | 'reason' | 'technical'>,
): Refusal {
  return { kind: 'refusal', code, message, ...more }
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'refusal'
}

/** The error body of every operation: `issues` stands only where input failed its schema (contract v2 §1.4). */
export const errorBody = z.object({
  message: z.string(),
  code: z.string(),
  issues: z.array(z.looseObject({ message: z.string() })).optional(),
  existing_id: z.string().optional(),
})

/** The error body of the station's own operations says more; a newer station may know reasons that nobody here knows. */
export const ownErrorBody = errorBody.extend({
  reason: z.string().optional(),
  technical: z.string().optional(),
})
