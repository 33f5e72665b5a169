import { z } from 'zod'

import { endpoint } from './endpoint.ts'
import { outcome } from './operation.ts'
import { pageOf, pageQuery, searchQuery } from './page.ts'
import { title } from './text.ts'
import { time, timestamp } from './time.ts'
import { none, rowId } from './wire.ts'

/** Longest procedure name, in characters. */
export const PROCEDURE_NAME_MAX = 255

const byId = z.object({ id: z.string() })

const recentRun = z.object({ id: z.string(), started_at: timestamp, outcome })

/** One procedure in a list. Clients of April want `runs` too (contract v2 §2.0). */
const procedureItem = z.object({
  id: z.string(),
  name: z.string(),
  created_at: timestamp,
  created_by_user: z.object({ id: z.string(), name: z.string().nullable(), email: z.string() }),
  /** No procedure here comes from a repository. */
  linkedRepository: z.null(),
  runs: z.array(recentRun.extend({ unit: z.object({ id: z.string() }) })),
})
export type ProcedureItem = z.infer<typeof procedureItem>

const procedureDetail = z.object({
  id: z.string(),
  identifier: z.null(),
  name: z.string(),
  created_at: timestamp,
  created_by_user: z
    .object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable() })
    .nullable(),
  runs_count: z.int(),
  recent_runs: z.array(recentRun.extend({ unit: z.object({ serial_number: z.string() }).nullable() })),
  stations: z.array(z.object({ id: z.string(), name: z.string() })),
})
export type ProcedureDetail = z.infer<typeof procedureDetail>

/** How many runs a procedure shows. */
export const RECENT_RUNS = 10

const procedureListQuery = z.object({
  ...pageQuery,
  search_query: searchQuery,
  created_after: time('Created after').optional(),
  created_before: time('Created before').optional(),
})
export type ProcedureListQuery = z.infer<typeof procedureListQuery>

/** Spaces around a name are nobody's wish. */
const name = title('Procedure name', PROCEDURE_NAME_MAX).transform((text) => text.trim())

/** What belongs to procedures out of repositories is taken and means nothing here. */
const procedureUpdate = z.object({
  name: name.optional(),
  productionBranch: z.string().nullable().optional(),
  autoPushEnabled: z.boolean().optional(),
  excludedBranchPatterns: z.array(z.string()).optional(),
  rootDirectory: z.string().nullable().optional(),
  entryPoint: z.string().nullable().optional(),
})
export type ProcedureUpdate = z.infer<typeof procedureUpdate>

export const procedureEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/procedures',
    summary: 'List and search procedures; with a station key those it is linked to',
    access: 'any',
    params: none,
    query: procedureListQuery,
    body: none,
    answer: pageOf(procedureItem),
  }),
  create: endpoint({
    method: 'POST',
    path: '/procedures',
    summary: 'Create a procedure',
    access: 'user',
    params: none,
    query: none,
    body: z.object({ name }),
    answer: rowId,
  }),
  get: endpoint({
    method: 'GET',
    path: '/procedures/{id}',
    summary: 'Get a procedure with its last runs and its stations',
    access: 'any',
    refusals: [404],
    params: byId,
    query: none,
    body: none,
    answer: procedureDetail,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/procedures/{id}',
    summary: 'Change the name of a procedure',
    access: 'user',
    refusals: [404],
    params: byId,
    query: none,
    body: procedureUpdate,
    answer: rowId,
  }),
  delete: endpoint({
    method: 'DELETE',
    path: '/procedures/{id}',
    summary: 'Delete a procedure with its versions and runs',
    access: 'user',
    refusals: [404, 409],
    params: byId,
    query: none,
    body: none,
    answer: rowId,
  }),
}
