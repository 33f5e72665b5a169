import { z } from 'zod'

/** What no store of this project can keep unchanged: the zero character, and half of a surrogate pair. */
const storable = (text: string) => !text.includes('\0') && text.isWellFormed()

/**
 * Schema of free text that is stored and shown again.
 * @param label names the field in each message, e.g. `Image id`
 */
export const text = (label: string) =>
  z
    .string({
      error: (issue) => (issue.input === undefined ? `${label} is required` : `${label} must be a string`),
    })
    .refine(storable, `${label} is invalid: it contains characters that cannot be stored`)

/** Schema of a name that people read: not blank, at most `max` characters. */
export const title = (label: string, max: number) =>
  text(label)
    .min(1, `${label} must not be empty`)
    .max(max, `${label} must contain at most ${max} characters`)
    .refine((name) => name === '' || name.trim() !== '', `${label} must not be empty`)
