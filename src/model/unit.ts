import { z } from 'zod'

import { createdByStation, createdByUser } from './actor.ts'
import { attachment, newAttachment, uploadLink } from './attachment.ts'
import { endpoint } from './endpoint.ts'
import { identifier } from './identifier.ts'
import { metadata, metadataChange, metadataFilter, newMetadata } from './metadata.ts'
import { outcome, sample } from './operation.ts'
import { flag, integer, many, pageOf, pageQuery, searchQuery } from './page.ts'
import { time, timestamp } from './time.ts'
import { none, rowId } from './wire.ts'

const bySerial = z.object({ serial_number: z.string() })
const named = z.object({ id: z.string(), number: z.string() })
const part = z.object({ id: z.string(), number: z.string(), name: z.string(), revision: named })
const relative = z.object({ id: z.string(), serial_number: z.string() })
const relativeWithPart = relative.extend({
  part: part.extend({ revision: named.nullable() }).nullable(),
})
const procedure = z.object({ id: z.string(), name: z.string() })

/** One unit in a list. */
const unitItem = z.object({
  id: z.string(),
  serial_number: z.string(),
  created_at: timestamp,
  sample,
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  batch: named.nullable(),
  parent: relative.nullable(),
  children: z.array(relative),
  part,
  last_run: z
    .object({
      id: z.string(),
      outcome,
      started_at: timestamp,
      ended_at: timestamp.nullable(),
      procedure: procedure.nullable(),
    })
    .nullable(),
  /** In every item if it was asked for, in none otherwise. */
  metadata: metadata.optional(),
})
export type UnitItem = z.infer<typeof unitItem>

const unitDetail = z.object({
  id: z.string(),
  serial_number: z.string(),
  created_at: timestamp,
  sample,
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  part,
  batch: named.nullable(),
  parent: relativeWithPart.nullable(),
  children: z.array(relativeWithPart),
  created_during: z
    .object({
      id: z.string(),
      created_at: timestamp,
      started_at: timestamp,
      ended_at: timestamp,
      duration: z.string(),
      outcome,
      procedure,
    })
    .nullable(),
  attachments: z.array(attachment),
  metadata,
})
export type UnitDetail = z.infer<typeof unitDetail>

const anyCount = (label: string) => integer(label, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)

const unitListQuery = z.object({
  search_query: searchQuery,
  ids: many(z.string()),
  serial_numbers: many(z.string()),
  part_numbers: many(z.string()),
  revision_numbers: many(z.string()),
  /** The empty string stands for units without a batch (contract v2 §2.2). */
  batch_numbers: many(z.string()),
  procedure_ids: many(z.string()),
  outcomes: many(z.enum(outcome.options, 'Outcomes must be PASS, FAIL, ERROR, TIMEOUT or ABORTED')),
  started_after: time('Started after').optional(),
  started_before: time('Started before').optional(),
  latest_only: flag('Latest only').default(false),
  run_count_min: anyCount('Run count min').optional(),
  run_count_max: anyCount('Run count max').optional(),
  created_after: time('Created after').optional(),
  created_before: time('Created before').optional(),
  created_by_user_ids: many(z.string()),
  created_by_station_ids: many(z.string()),
  exclude_units_with_parent: flag('Exclude units with parent').default(false),
  samples: many(z.enum(['golden', 'failing', 'ignored'], 'Samples must be golden, failing or ignored')),
  ...pageQuery,
  sort_by: z
    .enum(
      ['serial_number', 'created_at', 'last_run_at', 'part_number', 'last_run_procedure'],
      'Sort by must be serial_number, created_at, last_run_at, part_number or last_run_procedure',
    )
    .default('created_at'),
  sort_order: z.enum(['asc', 'desc'], 'Sort order must be asc or desc').default('desc'),
  metadata: metadataFilter,
  include_metadata: flag('Include metadata').default(false),
})
export type UnitListQuery = z.infer<typeof unitListQuery>

const sampleChoice = z
  .enum(['golden', 'failing', 'ignored'], 'Sample must be golden, failing, ignored or null')
  .nullable()

const unitCreate = z.object({
  serial_number: identifier('Serial number'),
  part_number: identifier('Part number'),
  revision_number: identifier('Revision number'),
  sample: sampleChoice.optional(),
  metadata: newMetadata.optional(),
})
export type UnitCreate = z.infer<typeof unitCreate>

/** What is left out stays as it is; attachments named here are added to those it has; null takes the unit out of its batch, its sample or a metadata key away. */
const unitUpdate = z.object({
  new_serial_number: identifier('New serial number').optional(),
  part_number: identifier('Part number').optional(),
  revision_number: identifier('Revision number').optional(),
  batch_number: identifier('Batch number').nullable().optional(),
  attachments: z.array(z.string('Attachments must be ids'), 'Attachments must be a list of ids').optional(),
  sample: sampleChoice.optional(),
  metadata: metadataChange.optional(),
})
export type UnitUpdate = z.infer<typeof unitUpdate>

const childSerial = z.object({
  child_serial_number: z.string({
    error: ({ input }) =>
      input === undefined
        ? 'Child serial number is required'
        : 'Child serial number must be text, given once',
  }),
})

export const unitEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/units',
    summary: 'List and filter units',
    access: 'any',
    params: none,
    query: unitListQuery,
    body: none,
    answer: pageOf(unitItem),
  }),
  create: endpoint({
    method: 'POST',
    path: '/units',
    summary: 'Create a unit',
    access: 'any',
    refusals: [404, 409],
    params: none,
    query: none,
    body: unitCreate,
    answer: rowId,
  }),
  get: endpoint({
    method: 'GET',
    path: '/units/{serial_number}',
    summary: 'Get a unit with its part, batch, parent and children',
    access: 'any',
    refusals: [404],
    params: bySerial,
    query: none,
    body: none,
    answer: unitDetail,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/units/{serial_number}',
    summary: 'Change a unit: serial number, part, revision, batch, sample, metadata, further attachments',
    access: 'any',
    refusals: [404, 409],
    params: bySerial,
    query: none,
    body: unitUpdate,
    answer: rowId,
  }),
  delete: endpoint({
    method: 'DELETE',
    path: '/units',
    summary: 'Delete units by serial number: all of them or none',
    access: 'user',
    refusals: [404],
    params: none,
    query: z.object({
      serial_numbers: z.array(z.string(), 'Serial numbers are required: serial_numbers=A&serial_numbers=B'),
    }),
    body: none,
    answer: z.object({ id: z.array(z.string()) }),
  }),
  addChild: endpoint({
    method: 'PUT',
    path: '/units/{serial_number}/children',
    summary: 'Put a unit under another one; it leaves the one it was under',
    access: 'any',
    refusals: [404],
    params: bySerial,
    query: none,
    body: childSerial,
    answer: rowId,
  }),
  removeChild: endpoint({
    method: 'DELETE',
    path: '/units/{serial_number}/children',
    summary: 'Take a unit out from under another one',
    access: 'any',
    refusals: [404],
    params: bySerial,
    query: childSerial,
    body: none,
    answer: rowId,
  }),
  createAttachment: endpoint({
    method: 'POST',
    path: '/units/{serial_number}/attachments',
    summary: 'Begin an upload of a file of this unit: the answer says where the bytes go',
    access: 'any',
    refusals: [404],
    params: bySerial,
    query: none,
    body: newAttachment,
    answer: uploadLink,
  }),
  deleteAttachment: endpoint({
    method: 'DELETE',
    path: '/units/{serial_number}/attachments',
    summary: 'Delete attachments of a unit: all of them or none',
    access: 'any',
    refusals: [404],
    params: bySerial,
    query: z.object({ ids: z.array(z.string(), 'Ids are required: ids=A&ids=B') }),
    body: none,
    answer: z.object({ ids: z.array(z.string()) }),
  }),
}
