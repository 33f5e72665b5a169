import { z } from 'zod'

import { endpoint } from './endpoint.ts'
import { many, pageOf, pageQuery, searchQuery } from './page.ts'
import { text, title } from './text.ts'
import { none, rowId } from './wire.ts'

/** Longest station name, in characters (contract v2 §2.6). */
export const STATION_NAME_MAX = 60

const byId = z.object({ id: z.string() })
const team = z.object({ id: z.string(), name: z.string() }).nullable()

/** One station in a list. Clients of April want `identifier`, those of August do without (contract v2 §2.0). */
const stationItem = z.object({
  id: z.string(),
  name: z.string(),
  procedures: z.array(z.object({ id: z.string(), identifier: z.string().nullable(), name: z.string() })),
  procedures_count: z.int(),
  team,
})
export type StationItem = z.infer<typeof stationItem>

const deployment = z
  .object({
    deployed_at: z.string(),
    commit: z.object({ sha: z.string(), message: z.string(), branch: z.string().nullable() }).nullable(),
    repository: z
      .object({
        owner: z.string(),
        name: z.string(),
        provider: z.enum(['github', 'gitlab']),
        gitlab_project_id: z.number().nullable(),
      })
      .nullable(),
  })
  .nullable()

const stationDetail = z.object({
  id: z.string(),
  name: z.string(),
  api_key: z.string().nullable(),
  procedures: z.array(
    z.object({
      id: z.string(),
      identifier: z.string().nullable(),
      name: z.string(),
      runs_count: z.int(),
      deployment,
    }),
  ),
  organization_slug: z.string(),
  connection_status: z.enum(['connected', 'disconnected']).nullable(),
  team,
})
export type StationDetail = z.infer<typeof stationDetail>

const stationListQuery = z.object({
  ...pageQuery,
  search_query: searchQuery,
  procedure_ids: many(z.string()),
})
export type StationListQuery = z.infer<typeof stationListQuery>

const stationCreate = z.object({
  name: title('Station name', STATION_NAME_MAX),
  procedure_id: text('Procedure id').optional(),
})
export type StationCreate = z.infer<typeof stationCreate>

const stationUpdate = z.object({
  name: title('Station name', STATION_NAME_MAX).optional(),
  /** The empty string takes the image away, null takes the station out of its team (contract v2 §2.6). */
  image_id: text('Image id').optional(),
  team_id: text('Team id').nullable().optional(),
})
export type StationUpdate = z.infer<typeof stationUpdate>

const stationUpdated = z.object({ id: z.string(), name: z.string() })
export type StationUpdated = z.infer<typeof stationUpdated>

export const stationEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/stations',
    summary: 'List and search stations',
    access: 'user',
    params: none,
    query: stationListQuery,
    body: none,
    answer: pageOf(stationItem),
  }),
  create: endpoint({
    method: 'POST',
    path: '/stations',
    summary: 'Create a station',
    access: 'user',
    refusals: [404],
    params: none,
    query: none,
    body: stationCreate,
    answer: rowId,
  }),
  current: endpoint({
    method: 'GET',
    path: '/stations/current',
    summary: 'Get the station that asks',
    access: 'station',
    params: none,
    query: none,
    body: none,
    answer: stationDetail,
  }),
  get: endpoint({
    method: 'GET',
    path: '/stations/{id}',
    summary: 'Get a station',
    access: 'any',
    refusals: [404],
    params: byId,
    query: none,
    body: none,
    answer: stationDetail,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/stations/{id}',
    summary: 'Change the name, image or team of a station',
    access: 'user',
    refusals: [404],
    params: byId,
    query: none,
    body: stationUpdate,
    answer: stationUpdated,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/stations/{id}',
    summary: 'Remove a station; what it made stays',
    access: 'user',
    refusals: [404, 409],
    params: byId,
    query: none,
    body: none,
    answer: rowId,
  }),
}
