import { z } from 'zod'

import { IDENTIFIER_PATTERN } from './identifier.ts'
import { metadataValue } from './operation.ts'
import { text } from './text.ts'

/** Most keys of one unit, and the longest key (contract v2 §3). */
export const METADATA_KEYS_MAX = 50
const KEY_MAX = 40

const keyName = z.string().min(1).max(KEY_MAX).regex(IDENTIFIER_PATTERN)

const mapError = (noMap: string) => ({
  error: ({ code }: { readonly code?: string }) =>
    code === 'invalid_key'
      ? `Metadata keys are invalid: they have 1 to ${KEY_MAX} letters, digits and _ . : + -`
      : noMap,
})

const value = z.union(
  [text('Metadata value'), z.number(), z.boolean()],
  'Metadata values must be text, numbers, true or false',
)

/** zod leaves the key `__proto__` out of a record without a word; what is not kept must be refused. */
const withoutProto = <Map extends z.ZodType>(map: Map) =>
  z.preprocess((input, context) => {
    if (typeof input === 'object' && input !== null && Object.hasOwn(input, '__proto__'))
      context.addIssue({
        code: 'custom',
        message: 'Metadata keys must not be called __proto__',
        input,
      })
    return input
  }, map)

const mapOf = <Value extends z.ZodType>(values: Value) =>
  withoutProto(
    z
      .record(keyName, values, mapError('Metadata must be an object'))
      .refine(
        (map) => Object.keys(map).length <= METADATA_KEYS_MAX,
        `Metadata must contain at most ${METADATA_KEYS_MAX} keys`,
      ),
  )

/** Metadata in an answer. */
export const metadata = z.record(z.string(), metadataValue)

/** Metadata of a new unit. */
export const newMetadata = mapOf(value)

/** Changes of metadata: keys to set, null removes a key, keys not named stay. */
export const metadataChange = mapOf(value.nullable())

const bound = (operator: string) => z.number(`Metadata filter ${operator} must be a number`).optional()

/** What the value of one key must be; a test that nobody knows is refused, for it would let everything through. */
const valueTest = z.strictObject(
  {
    in: z.array(z.string(), 'Metadata filter in must be a list of texts').optional(),
    contains: z.string('Metadata filter contains must be a text').optional(),
    eq: z.union([z.number(), z.boolean()], 'Metadata filter eq must be a number, true or false').optional(),
    gte: bound('gte'),
    lte: bound('lte'),
    gt: bound('gt'),
    lt: bound('lt'),
  },
  'Metadata filters are written like {"KEY": {"in": ["a", "b"]}}; they know in, contains, eq, gte, lte, gt and lt',
)
export type MetadataTest = z.infer<typeof valueTest>

const filter = withoutProto(z.record(keyName, valueTest, mapError('Metadata filter must be a JSON object')))
export type MetadataFilter = z.infer<typeof filter>

/** Query parameter `metadata`: one JSON object; some clients send it empty on every list (contract v2 §2.0). */
export const metadataFilter = z
  .string('Metadata filter must be given once')
  .meta({ contentMediaType: 'application/json' })
  .transform((json, context): unknown => {
    if (json === '') return undefined
    try {
      return JSON.parse(json)
    } catch {
      context.addIssue({ code: 'custom', message: 'Metadata filter is not JSON', input: json })
      return z.NEVER
    }
  })
  .pipe(filter.optional())
  .optional()
