import { z } from 'zod'

import { createdByStation } from './actor.ts'
import { attachment, newAttachment, uploadLink } from './attachment.ts'
import { duration } from './duration.ts'
import { endpoint } from './endpoint.ts'
import { identifier } from './identifier.ts'
import { metadata, metadataChange, metadataFilter, newMetadata } from './metadata.ts'
import { outcome, sample } from './operation.ts'
import { flag, many, pageOf, pageQuery, searchQuery } from './page.ts'
import { logEntry, phase } from './run-payload.ts'
import { reportedLog, reportedPhase } from './run-report.ts'
import { text } from './text.ts'
import { time, timestamp } from './time.ts'
import { none, rowId } from './wire.ts'

/** Longest address of an operator, in characters (contract v2 §3). */
const EMAIL_MAX = 254

const byId = z.object({ id: z.string() })
const named = z.object({ id: z.string(), number: z.string() })
const person = z
  .object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable() })
  .nullable()

/** What clients of autumn 2026 want in every run: no run here comes out of an execution with several slots. */
const unslotted = { execution_id: z.null(), slot_key: z.null(), slot_name: z.null() }
export const UNSLOTTED = { execution_id: null, slot_key: null, slot_name: null } as const

/** One run in a list. */
const runItem = z.object({
  ...unslotted,
  id: z.string(),
  created_at: timestamp,
  started_at: timestamp,
  ended_at: timestamp,
  /** ISO 8601. */
  duration: z.string(),
  outcome,
  docstring: z.string().nullable(),
  created_by_user: person,
  created_by_station: createdByStation,
  operated_by: person,
  procedure: z.object({
    id: z.string(),
    name: z.string(),
    version: z.object({ id: z.string(), tag: z.string() }).nullable(),
  }),
  unit: z.object({
    id: z.string(),
    serial_number: z.string(),
    sample,
    part: z.object({ id: z.string(), number: z.string(), name: z.string(), revision: named }),
    batch: named.nullable(),
  }),
  /** In every item if it was asked for, in none otherwise. */
  metadata: metadata.optional(),
})
export type RunItem = z.infer<typeof runItem>

const runDetail = runItem.extend({
  metadata,
  /** Neither configuration nor secrets are kept with runs here. */
  config: z.array(z.never()),
  secrets: z.array(z.never()),
  phases: z.array(reportedPhase),
  logs: z.array(reportedLog),
  attachments: z.array(attachment.extend({ is_report: z.boolean() })),
  sub_units: z.array(
    z.object({
      id: z.string(),
      serial_number: z.string(),
      part_number: z.string(),
      part_name: z.string().nullable(),
    }),
  ),
  /** Not of the contract: `elsewhere` if phases and logs were not brought here, so that nobody takes an empty list for the truth. */
  payload: z.enum(['here', 'elsewhere', 'none']),
})
export type RunDetail = z.infer<typeof runDetail>

const runListQuery = z.object({
  search_query: searchQuery,
  ids: many(z.string()),
  outcomes: many(z.enum(outcome.options, 'Outcomes must be PASS, FAIL, ERROR, TIMEOUT or ABORTED')),
  procedure_ids: many(z.string()),
  procedure_versions: many(z.string()),
  deployment_ids: many(z.string()),
  environments: many(
    z.enum(
      ['production', 'preview', 'development'],
      'Environments must be production, preview or development',
    ),
  ),
  serial_numbers: many(z.string()),
  samples: many(z.enum(['golden', 'failing', 'ignored'], 'Samples must be golden, failing or ignored')),
  part_numbers: many(z.string()),
  revision_numbers: many(z.string()),
  batch_numbers: many(z.string()),
  duration_min: duration('Duration min').optional(),
  duration_max: duration('Duration max').optional(),
  started_after: time('Started after').optional(),
  started_before: time('Started before').optional(),
  ended_after: time('Ended after').optional(),
  ended_before: time('Ended before').optional(),
  created_after: time('Created after').optional(),
  created_before: time('Created before').optional(),
  created_by_user_ids: many(z.string()),
  created_by_station_ids: many(z.string()),
  operated_by_ids: many(z.string()),
  ...pageQuery,
  sort_by: z
    .enum(
      ['started_at', 'created_at', 'duration', 'outcome', 'serial_number', 'part_number', 'revision_number'],
      'Sort by must be started_at, created_at, duration, outcome, serial_number, part_number or revision_number',
    )
    .default('started_at'),
  sort_order: z.enum(['asc', 'desc'], 'Sort order must be asc or desc').default('desc'),
  metadata: metadataFilter,
  include_metadata: flag('Include metadata').default(false),
})
export type RunListQuery = z.infer<typeof runListQuery>

const runCreate = z
  .object({
    outcome,
    procedure_id: z.uuid('Procedure id must be a UUID'),
    started_at: time('Started at'),
    ended_at: time('Ended at'),
    serial_number: identifier('Serial number'),
    deployment_id: z.string('Deployment id must be text').nullable().optional(),
    procedure_version: identifier('Procedure version').nullable().optional(),
    operated_by: z
      .email('Operated by must be an email address')
      .max(EMAIL_MAX, `Operated by must contain at most ${EMAIL_MAX} characters of an email address`)
      .optional(),
    part_number: identifier('Part number').optional(),
    revision_number: identifier('Revision number').optional(),
    batch_number: identifier('Batch number').optional(),
    sub_units: z
      .array(z.string('Sub units must be serial numbers'), 'Sub units must be a list of serial numbers')
      .optional(),
    docstring: text('Docstring').optional(),
    phases: z.array(phase, 'Phases must be a list').optional(),
    logs: z.array(logEntry, 'Logs must be a list').optional(),
    metadata: newMetadata.optional(),
    unit_metadata: newMetadata.optional(),
  })
  .refine(({ started_at, ended_at }) => ended_at >= started_at, {
    message: 'Ended at must not be before started at',
    path: ['ended_at'],
  })
export type RunCreate = z.infer<typeof runCreate>

/** Clients of August want `ids` too. */
const runCreated = z.object({ id: z.string(), ids: z.array(z.string()) })
export type RunCreated = z.infer<typeof runCreated>

const runUpdate = z.object({
  attachments: z.array(z.string('Attachments must be ids'), 'Attachments must be a list of ids').optional(),
})
export type RunUpdate = z.infer<typeof runUpdate>

export const runEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/runs',
    summary: 'List and filter runs',
    access: 'any',
    params: none,
    query: runListQuery,
    body: none,
    answer: pageOf(runItem),
  }),
  create: endpoint({
    method: 'POST',
    path: '/runs',
    summary: 'Report a run; its unit, part, revision, version and batch are made where they are missing',
    access: 'any',
    refusals: [404, 422],
    params: none,
    query: none,
    body: runCreate,
    answer: runCreated,
  }),
  get: endpoint({
    method: 'GET',
    path: '/runs/{id}',
    summary: 'Get a run with its phases, measurements and logs',
    access: 'any',
    refusals: [404],
    params: byId,
    query: none,
    body: none,
    answer: runDetail,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/runs/{id}',
    summary: 'Add attachments to a run',
    access: 'any',
    refusals: [404],
    params: byId,
    query: none,
    body: runUpdate,
    answer: rowId,
  }),
  createAttachment: endpoint({
    method: 'POST',
    path: '/runs/{id}/attachments',
    summary: 'Begin an upload of a file of this run: the answer says where the bytes go',
    access: 'any',
    refusals: [404],
    params: byId,
    query: none,
    body: newAttachment,
    answer: uploadLink,
  }),
  updateMetadata: endpoint({
    method: 'PATCH',
    path: '/runs/{id}/metadata',
    summary: 'Change metadata of a run',
    access: 'any',
    refusals: [404],
    params: byId,
    query: none,
    body: z.object({ metadata: metadataChange.optional() }),
    answer: rowId,
  }),
  delete: endpoint({
    method: 'DELETE',
    path: '/runs',
    summary: 'Delete runs by id: all of them or none',
    access: 'user',
    refusals: [404],
    params: none,
    query: z.object({ ids: z.array(z.string(), 'Ids are required: ids=A&ids=B') }),
    body: none,
    answer: z.object({ id: z.array(z.string()) }),
  }),
}
