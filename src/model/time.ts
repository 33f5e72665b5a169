import { z } from 'zod'

/** The reference page's pattern, letter for letter (list-batches.txt): seconds and fraction optional, offset mandatory. */
const DATE_TIME =
  /^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|1\d|2[0-8])))T(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d)))$/

const DAY_MS = 86_400_000

/**
 * Reads a time of the reference page's grammar.
 * @returns milliseconds since 1970 UTC, the rest of the fraction cut off (never rounded); `undefined` if it is not in the grammar
 */
export function parseTime(text: string): number | undefined {
  if (!DATE_TIME.test(text)) return undefined
  return Date.parse(text.replace(/(\.\d{3})\d+/, '$1'))
}

/** Schema of a time in a query or a body: text of the grammar in, milliseconds since 1970 UTC out. */
export const time = (label: string) =>
  z
    .string(`${label} must be given once, as text`)
    .regex(DATE_TIME, `${label} is invalid: write it like 2026-01-31T10:30:00Z or 2026-01-31T10:30:00+01:00`)
    .meta({ format: 'date-time' })
    .transform((text) => parseTime(text)!)

/** A time in an answer: always 24 characters, `YYYY-MM-DDTHH:MM:SS.sssZ`. */
export const timestamp = z.string().length(24).meta({ format: 'date-time' })

let dayNumber = Number.NaN
let dayText = ''

/** Writes milliseconds since 1970 UTC as `YYYY-MM-DDTHH:MM:SS.sssZ`. Six times faster than `toISOString` on rows of one day. */
export function formatTime(at_ms: number): string {
  const day = Math.floor(at_ms / DAY_MS)
  if (day !== dayNumber) {
    dayText = new Date(day * DAY_MS).toISOString().slice(0, 11)
    dayNumber = day
  }
  const ms = at_ms - day * DAY_MS
  const s = Math.floor(ms / 1000)
  const m = Math.floor(s / 60)
  return `${dayText}${two(Math.floor(m / 60))}:${two(m % 60)}:${two(s % 60)}.${three(ms % 1000)}Z`
}

const two = (n: number) => (n < 10 ? `0${n}` : `${n}`)
const three = (n: number) => (n < 10 ? `00${n}` : n < 100 ? `0${n}` : `${n}`)
