import { z } from 'zod'

import { identifier } from './identifier.ts'
import { metadataValue, sample } from './operation.ts'
import { PART_NAME_MAX } from './part.ts'
import { isStorable, title } from './text.ts'
import { time } from './time.ts'

/** A maker as a file names it: `user:ID` or `station:ID`. */
const maker = (label: string) =>
  z
    .string(`${label} must be text`)
    .regex(/^(user|station):\S{1,60}$/, `${label} is invalid: write it like user:ID or station:ID`)
    .refine(isStorable, `${label} is invalid: it contains characters that cannot be stored`)
    .transform((text) => {
      const kind: 'user' | 'station' = text.startsWith('user:') ? 'user' : 'station'
      return { kind, id: text.slice(kind.length + 1) }
    })

/** Longest metadata of one unit in a file, as JSON text. */
const METADATA_MAX = 65_536

/**
 * One line of an import or export, the same in CSV and JSON: a unit with its batch, a unit without one, or a batch
 * without units. What is not known is null or left out.
 */
export const record = z
  .strictObject({
    batch_number: identifier('batch_number').nullish(),
    batch_created_at: time('batch_created_at').nullish(),
    batch_created_by: maker('batch_created_by').nullish(),
    serial_number: identifier('serial_number').nullish(),
    part_number: identifier('part_number').nullish(),
    part_name: title('part_name', PART_NAME_MAX).nullish(),
    revision_number: identifier('revision_number').nullish(),
    sample: sample.optional(),
    metadata: z
      .record(z.string(), metadataValue, 'metadata must be an object of texts, numbers and true or false')
      .refine(
        (map) => JSON.stringify(map).length <= METADATA_MAX,
        `metadata is longer than ${METADATA_MAX} characters`,
      )
      .refine(isStorable, 'metadata is invalid: it contains characters that cannot be stored')
      .nullish(),
    created_at: time('created_at').nullish(),
    created_by: maker('created_by').nullish(),
    parent_serial_number: identifier('parent_serial_number').nullish(),
  })
  .superRefine((line, context) => {
    const say = (message: string) => context.addIssue({ code: 'custom', message })
    if (line.serial_number) {
      if (!line.part_number) say('part_number is required for a unit')
      if (!line.revision_number) say('revision_number is required for a unit')
    } else {
      if (!line.batch_number) say('neither batch_number nor serial_number is given')
      const needless = unitFields.find((name) => (line[name] ?? null) !== null)
      if (needless) say(`${needless} stands without a serial_number`)
    }
    if (!line.batch_number && ((line.batch_created_at ?? null) !== null || line.batch_created_by))
      say('batch_created_at or batch_created_by stands without a batch_number')
  })

const unitFields = [
  'part_number',
  'part_name',
  'revision_number',
  'sample',
  'metadata',
  'created_at',
  'created_by',
  'parent_serial_number',
] as const

/** The columns of a file, in their order. */
export const recordFields = Object.keys(record.shape) as readonly (keyof FileRecord)[]

/** A line as it stands in a file. */
export type FileRecord = z.input<typeof record>
/** A line that was checked: times in milliseconds, makers as kind and id. */
export type CheckedRecord = z.output<typeof record>
