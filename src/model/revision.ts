import { z } from 'zod'

import { createdByStation, createdByUser } from './actor.ts'
import { endpoint } from './endpoint.ts'
import { identifier } from './identifier.ts'
import { text } from './text.ts'
import { timestamp } from './time.ts'
import { none, rowId } from './wire.ts'

const byPart = z.object({ part_number: z.string() })
const byNumbers = z.object({ part_number: z.string(), revision_number: z.string() })

/** One revision with its units, all of them. */
const revisionDetail = z.object({
  id: z.string(),
  number: z.string(),
  created_at: timestamp.nullable(),
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  part: z.object({ id: z.string(), number: z.string(), name: z.string() }),
  units: z.array(z.object({ id: z.string(), serial_number: z.string() })),
})
export type RevisionDetail = z.infer<typeof revisionDetail>

const revisionUpdate = z.object({
  number: identifier('Revision number').optional(),
  /** The empty string takes the image away (contract v2 §2.4). */
  image_id: text('Image id').optional(),
})
export type RevisionUpdate = z.infer<typeof revisionUpdate>

export const revisionEndpoints = {
  create: endpoint({
    method: 'POST',
    path: '/parts/{part_number}/revisions',
    summary: 'Create a revision of a part',
    access: 'any',
    refusals: [404, 409],
    params: byPart,
    query: none,
    body: z.object({ number: identifier('Revision number') }),
    answer: rowId,
  }),
  get: endpoint({
    method: 'GET',
    path: '/parts/{part_number}/revisions/{revision_number}',
    summary: 'Get a revision with its units',
    access: 'any',
    refusals: [404],
    params: byNumbers,
    query: none,
    body: none,
    answer: revisionDetail,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/parts/{part_number}/revisions/{revision_number}',
    summary: 'Change the number or the image of a revision',
    access: 'user',
    refusals: [404, 409],
    params: byNumbers,
    query: none,
    body: revisionUpdate,
    answer: rowId,
  }),
  delete: endpoint({
    method: 'DELETE',
    path: '/parts/{part_number}/revisions/{revision_number}',
    summary: 'Delete a revision, if no unit uses it',
    access: 'user',
    refusals: [404, 409],
    params: byNumbers,
    query: none,
    body: none,
    answer: rowId,
  }),
}
