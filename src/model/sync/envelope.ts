import { z } from 'zod'

import { clockReading } from '../operation.ts'
import type { Hash } from './chain.ts'

/**
 * How a message travels: three lines of JSON. First who speaks and what else they should be told, then the message
 * itself, then the end, which proves that the two before it are whole and ours: what a captive portal, a proxy or a cut line
 * leaves of an answer has no such end. docs/sync-wire.md describes it for people.
 */

/** A person, as far as a station knows people: whoever made a row must have a name wherever the row is shown. */
export const person = z.object({ id: z.string(), email: z.string(), name: z.string().nullable() })
export type Person = Readonly<z.infer<typeof person>>

/** First line of a request. Nothing in it decides anything: it is for headquarters' eyes and for its fleet page. */
export const stationHead = z.object({
  /** Version of the program. */
  version: z.string(),
  clock: clockReading,
  queue: z.object({ pending: z.int(), oldest_ms: z.int().nullable(), conflicts: z.int() }),
  disk_free_bytes: z.int().nullable(),
  /** With a push: the people who wrote its operations. Headquarters takes in those it does not know. */
  people: z.array(person),
})
export type StationHead = Readonly<z.infer<typeof stationHead>>

/** First line of an answer. */
export const headquartersHead = z.object({
  headquarters_id: z.string(),
  version: z.string(),
  /** Headquarters' wall clock: what a station measures its own against. */
  wall_ms: z.int(),
  head_seq: z.int(),
  /** With a page: the people who made its rows. Stations take in those they do not know. */
  people: z.array(person),
})
export type HeadquartersHead = Readonly<z.infer<typeof headquartersHead>>

/** Body of `POST /sync/v1/enroll`, without lines: there is no credential yet. */
export const enrollRequest = z.object({
  code: z.string().min(1).max(200),
  /** The same in every attempt: a repetition after a lost answer is answered again. */
  attempt: z.string().min(16).max(100),
  version: z.string(),
  /** What the PC called itself until now. */
  name: z.string(),
})
export type EnrollRequest = Readonly<z.infer<typeof enrollRequest>>

export const enrollAnswer = z.object({
  headquarters_id: z.string(),
  station_id: z.string(),
  name: z.string(),
  organization_slug: z.string(),
  /** Seen this once; headquarters keeps its hash. */
  credential: z.string(),
})
export type EnrollAnswer = Readonly<z.infer<typeof enrollAnswer>>

/** Body of an answer that is no 200, from headquarters itself. Whatever else comes with such a status comes from somebody else. */
export const enrollRefusals = ['code_unknown', 'code_spent', 'code_expired'] as const
export const wireRefusal = z.object({
  lotkeeper: z.enum([
    'unauthorized',
    'revoked',
    'bad_message',
    'too_large',
    'busy',
    'no_blob',
    ...enrollRefusals,
  ]),
  message: z.string(),
})
export type WireRefusal = Readonly<z.infer<typeof wireRefusal>>

const end = z.object({ end: z.literal(true), sha256: z.string() })

/** @param sha256 hex digest of a text's UTF-8 bytes */
export function wrapped(head: object, message: object, sha256: Hash): string {
  const lines = `${JSON.stringify(head)}\n${JSON.stringify(message)}\n`
  return `${lines}${JSON.stringify({ end: true, sha256: sha256(lines) })}\n`
}

/** The two lines as JSON values, or what is wrong with the body. */
export function unwrapped(
  text: string,
  sha256: Hash,
): { readonly head: unknown; readonly message: unknown } | 'cut_off' | 'foreign' {
  const [head, message, last, ...rest] = text.split('\n')
  const lines = `${head}\n${message}\n`
  if (head === undefined || !head.startsWith('{')) return 'foreign'
  if (message === undefined || last === undefined || rest.length !== 1 || rest[0] !== '') return 'cut_off'
  const ending = end.safeParse(jsonOf(last))
  if (!ending.success || ending.data.sha256 !== sha256(lines)) return 'cut_off'
  return { head: jsonOf(head), message: jsonOf(message) }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
