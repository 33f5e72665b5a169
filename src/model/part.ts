import { z } from 'zod'

import { createdByStation, createdByUser } from './actor.ts'
import { endpoint } from './endpoint.ts'
import { identifier } from './identifier.ts'
import { many, pageOf, pageQuery, searchQuery } from './page.ts'
import { title } from './text.ts'
import { timestamp } from './time.ts'
import { none, rowId } from './wire.ts'

/** Longest part name, in characters (contract v2 §2.3). */
export const PART_NAME_MAX = 255

/** Name of a part that was created without one. */
export const PART_NAME_DEFAULT = 'Unnamed part'

/** Revision that a part gets when its creator names none (contract v2 §2.3). */
export const FIRST_REVISION = 'A'

const byNumber = z.object({ number: z.string() })

/** One part in a list. */
const partItem = z.object({
  id: z.string(),
  number: z.string(),
  name: z.string(),
  created_at: timestamp,
  revisions: z.array(z.object({ id: z.string(), number: z.string() })),
})
export type PartItem = z.infer<typeof partItem>

const partDetail = z.object({
  id: z.string(),
  number: z.string(),
  name: z.string(),
  created_at: timestamp,
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  revisions: z.array(z.object({ id: z.string(), number: z.string(), created_at: timestamp })),
})
export type PartDetail = z.infer<typeof partDetail>

const partListQuery = z.object({
  ...pageQuery,
  search_query: searchQuery,
  procedure_ids: many(z.string()),
  sort_by: z
    .enum(['name', 'number', 'created_at'], 'Sort by must be name, number or created_at')
    .default('created_at'),
  sort_order: z.enum(['asc', 'desc'], 'Sort order must be asc or desc').default('desc'),
})
export type PartListQuery = z.infer<typeof partListQuery>

const partCreate = z.object({
  number: identifier('Part number'),
  name: title('Part name', PART_NAME_MAX).optional(),
  revision_number: identifier('Revision number').optional(),
})
export type PartCreate = z.infer<typeof partCreate>

const partUpdate = z
  .object({
    new_number: identifier('New part number').optional(),
    name: title('Part name', PART_NAME_MAX).optional(),
  })
  .refine(
    ({ new_number, name }) => new_number !== undefined || name !== undefined,
    'Nothing to change: send new_number, name or both',
  )
export type PartUpdate = z.infer<typeof partUpdate>

const partUpdated = z.object({
  id: z.string(),
  number: z.string(),
  name: z.string(),
  updated_at: timestamp,
})
export type PartUpdated = z.infer<typeof partUpdated>

const partDeleted = z.object({ id: z.string(), deletedRevisionIds: z.array(z.string()) })
export type PartDeleted = z.infer<typeof partDeleted>

export const partEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/parts',
    summary: 'List and search parts',
    access: 'any',
    params: none,
    query: partListQuery,
    body: none,
    answer: pageOf(partItem),
  }),
  create: endpoint({
    method: 'POST',
    path: '/parts',
    summary: 'Create a part and its first revision',
    access: 'any',
    refusals: [409],
    params: none,
    query: none,
    body: partCreate,
    answer: rowId,
  }),
  get: endpoint({
    method: 'GET',
    path: '/parts/{number}',
    summary: 'Get a part with its revisions',
    access: 'any',
    refusals: [404],
    params: byNumber,
    query: none,
    body: none,
    answer: partDetail,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/parts/{number}',
    summary: 'Change the number or the name of a part',
    access: 'user',
    refusals: [404, 409],
    params: byNumber,
    query: none,
    body: partUpdate,
    answer: partUpdated,
  }),
  delete: endpoint({
    method: 'DELETE',
    path: '/parts/{number}',
    summary: 'Delete a part with its revisions, if no unit uses them',
    access: 'user',
    refusals: [404, 409],
    params: byNumber,
    query: none,
    body: none,
    answer: partDeleted,
  }),
}
