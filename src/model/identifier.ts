import { z } from 'zod'

/** Longest number, serial number or version tag, in characters (contract v2 §2.0). */
export const IDENTIFIER_MAX = 60

/** Every character an identifier may contain (contract v2 §2.0). */
export const IDENTIFIER_PATTERN = /^[a-zA-Z0-9_.:+-]+$/

/**
 * The one definition of "the same identifier": ASCII lower case.
 * Not `toLowerCase()`, which also maps the Kelvin sign to `k`: input that never was an identifier must not become one.
 */
export function fold(identifier: string): string {
  return identifier.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

/**
 * Schema of an identifier: 1–60 characters of the alphabet, case kept, and neither `.` nor `..`
 * (both fit the alphabet, but no client can address them in a path; contract v2 §2.0).
 * @param label names the field in each message, e.g. `Batch number`
 */
export function identifier(label: string) {
  return z
    .string({
      error: (issue) => (issue.input === undefined ? `${label} is required` : `${label} must be a string`),
    })
    .min(1, `${label} must not be empty`)
    .max(IDENTIFIER_MAX, `${label} must contain at most ${IDENTIFIER_MAX} characters`)
    .regex(IDENTIFIER_PATTERN, `${label} is invalid: it may contain only letters, digits and _ . : + -`)
    .refine(
      (text) => text !== '.' && text !== '..',
      `${label} is invalid: "." and ".." cannot be addressed in a URL`,
    )
}
