import { z } from 'zod'

import { createdByStation, createdByUser } from './actor.ts'
import { endpoint } from './endpoint.ts'
import { identifier } from './identifier.ts'
import { timestamp } from './time.ts'
import { none, rowId } from './wire.ts'

const byProcedure = z.object({ procedure_id: z.string() })
const byTag = z.object({ procedure_id: z.string(), tag: z.string() })

const versionDetail = z.object({
  id: z.string(),
  tag: z.string(),
  created_at: timestamp,
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  procedure: z.object({ id: z.string(), name: z.string() }),
  run_count: z.int(),
})
export type VersionDetail = z.infer<typeof versionDetail>

export const versionEndpoints = {
  create: endpoint({
    method: 'POST',
    path: '/procedures/{procedure_id}/versions',
    summary: 'Create a version of a procedure',
    access: 'user',
    refusals: [404, 409],
    params: byProcedure,
    query: none,
    body: z.object({ tag: identifier('Version tag') }),
    answer: rowId,
  }),
  get: endpoint({
    method: 'GET',
    path: '/procedures/{procedure_id}/versions/{tag}',
    summary: 'Get a version of a procedure',
    access: 'any',
    refusals: [404],
    params: byTag,
    query: none,
    body: none,
    answer: versionDetail,
  }),
  delete: endpoint({
    method: 'DELETE',
    path: '/procedures/{procedure_id}/versions/{tag}',
    summary: 'Delete a version of a procedure, if no run uses it',
    access: 'user',
    refusals: [404, 409],
    params: byTag,
    query: none,
    body: none,
    answer: rowId,
  }),
}
