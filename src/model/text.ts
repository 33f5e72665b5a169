import { z } from 'zod'

/** What no store of this project can keep unchanged: the zero character, and half of a surrogate pair. Asked of a text, or of all texts in a value. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isStorable)
  const fields = value as Readonly<Record<string, unknown>>
  return Object.keys(fields).every((key) => isStorable(key) && isStorable(fields[key]))
}

/** How JSON writes a zero character or half of a pair; or a text in which somebody wrote that. */
const DOUBTFUL = /\\u(?:0000|d[89a-f])/

/** The same of a value whose JSON is at hand, which is looked through sooner. */
export const isStorableJson = (json: string, value: unknown) => !DOUBTFUL.test(json) || isStorable(value)

/** The value with a sign in the place of each character that cannot be stored. */
export function storableCopy<Value>(value: Value): Value {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD') as Value & string
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(storableCopy) as Value & unknown[]
  const fields = Object.entries(value).map(([key, one]) => [storableCopy(key), storableCopy(one)] as const)
  return Object.fromEntries(fields) as Value & object
}

/**
 * Schema of free text that is stored and shown again.
 * @param label names the field in each message, e.g. `Image id`
 */
export const text = (label: string) =>
  z
    .string({
      error: (issue) => (issue.input === undefined ? `${label} is required` : `${label} must be a string`),
    })
    .refine(isStorable, `${label} is invalid: it contains characters that cannot be stored`)

/** Schema of a name that people read: not blank, at most `max` characters. */
export const title = (label: string, max: number) =>
  text(label)
    .min(1, `${label} must not be empty`)
    .max(max, `${label} must contain at most ${max} characters`)
    .refine((name) => name === '' || name.trim() !== '', `${label} must not be empty`)
