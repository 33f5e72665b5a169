import type { Route } from '../../http/routes.ts'
import type { Actor } from '../../model/actor.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import { type RunCreate, runEndpoints } from '../../model/run.ts'
import type { Queryable } from '../store/database.ts'
import { mayRead } from '../store/links.ts'
import { keepPayload } from '../store/payloads.ts'
import { getRun, listRuns } from '../store/run-list.ts'
import {
  createRun,
  deleteRuns,
  findRunId,
  type Prepared,
  updateRun,
  updateRunMetadata,
} from '../store/runs.ts'
import { userWithEmail } from '../store/users.ts'
import { announce, linksFor } from './files.ts'
import { type Api, read, write, writePrepared } from './route.ts'

export const runRoutes = (api: Api): Route[] => [
  read(api, runEndpoints.list, (db, { query }) => listRuns(db, query)),
  writePrepared(
    api,
    runEndpoints.create,
    (db, { body, caller }) => prepare(db, caller.actor, body),
    (desk, { body }, prepared) => createRun(desk, body, prepared),
  ),
  read(api, runEndpoints.get, (db, { params, request }) => getRun(db, params.id, linksFor(api, request))),
  write(api, runEndpoints.update, (desk, { params, body }) => updateRun(desk, params.id, body)),
  read(api, runEndpoints.createAttachment, async (db, input) => {
    const run_id = await findRunId(db, input.params.id)
    return isRefusal(run_id) ? run_id : announce(api, input, { unit_id: null, run_id })
  }),
  write(api, runEndpoints.updateMetadata, (desk, { params, body }) =>
    updateRunMetadata(desk, params.id, body.metadata ?? {}),
  ),
  write(api, runEndpoints.delete, (desk, { query }) => deleteRuns(desk, query.ids)),
]

async function prepare(
  db: Queryable,
  actor: Actor,
  { procedure_id, phases = [], logs = [], operated_by }: RunCreate,
): Promise<Prepared> {
  const operator = operated_by === undefined ? null : await operatorOf(db, operated_by)
  // Of a caller who will be refused, nothing is kept.
  const payload = (await mayRead(db, actor, procedure_id)) ? await keepPayload(db, { phases, logs }) : null
  return { operated_by_id: operator, payload }
}

const operatorOf = async (db: Queryable, email: string) =>
  (await userWithEmail(db, email)) ?? refuse('NOT_FOUND', `operated_by: no user has the email ${email}`)
