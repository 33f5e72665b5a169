import { z } from 'zod'

import { createdByStation, createdByUser } from './actor.ts'
import { endpoint } from './endpoint.ts'
import { identifier } from './identifier.ts'
import { many, pageOf, pageQuery, searchQuery } from './page.ts'
import { time, timestamp } from './time.ts'
import { none, rowId } from './wire.ts'

const byNumber = z.object({ number: z.string() })

/** One batch in a list. */
export const batchItem = z.object({
  id: z.string(),
  number: z.string(),
  created_at: timestamp,
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  unit_count: z.int(),
})
export type BatchItem = z.infer<typeof batchItem>

/** One batch with its units, all of them. */
export const batchDetail = z.object({
  id: z.string(),
  number: z.string(),
  created_at: timestamp,
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  units: z.array(
    z.object({
      id: z.string(),
      serial_number: z.string(),
      created_at: timestamp,
      part: z.object({
        id: z.string(),
        number: z.string(),
        name: z.string(),
        revision: z.object({ id: z.string(), number: z.string() }),
      }),
    }),
  ),
})
export type BatchDetail = z.infer<typeof batchDetail>

/** Filters, order and page of the batch list, as list-batches.txt names them. */
export const batchListQuery = z.object({
  ids: many(z.string()),
  numbers: many(z.string()),
  created_after: time('Created after').optional(),
  created_before: time('Created before').optional(),
  ...pageQuery,
  search_query: searchQuery,
  part_numbers: many(z.string()),
  revision_numbers: many(z.string()),
  sort_by: z.enum(['number', 'created_at'], 'Sort by must be number or created_at').default('created_at'),
  sort_order: z.enum(['asc', 'desc'], 'Sort order must be asc or desc').default('desc'),
})
export type BatchListQuery = z.infer<typeof batchListQuery>

export const batchEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/batches',
    summary: 'List and filter batches',
    access: 'any',
    params: none,
    query: batchListQuery,
    body: none,
    answer: pageOf(batchItem),
  }),
  create: endpoint({
    method: 'POST',
    path: '/batches',
    summary: 'Create a batch',
    access: 'any',
    refusals: [409],
    params: none,
    query: none,
    body: z.object({ number: identifier('Batch number') }),
    answer: rowId,
  }),
  get: endpoint({
    method: 'GET',
    path: '/batches/{number}',
    summary: 'Get a batch with its units',
    access: 'any',
    refusals: [404],
    params: byNumber,
    query: none,
    body: none,
    answer: batchDetail,
  }),
  rename: endpoint({
    method: 'PATCH',
    path: '/batches/{number}',
    summary: 'Rename a batch',
    access: 'user',
    refusals: [404, 409],
    params: byNumber,
    query: none,
    body: z.object({ new_number: identifier('New batch number') }),
    answer: rowId,
  }),
  delete: endpoint({
    method: 'DELETE',
    path: '/batches/{number}',
    summary: 'Delete a batch; its units stay, without a batch',
    access: 'user',
    refusals: [404],
    params: byNumber,
    query: none,
    body: none,
    answer: z.object({ id: z.array(z.string()) }),
  }),
}
