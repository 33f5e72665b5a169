import type { Route } from '../../http/routes.ts'
import { procedureEndpoints } from '../../model/procedure.ts'
import { versionEndpoints } from '../../model/version.ts'
import {
  countRuns,
  createProcedure,
  deleteProcedure,
  getProcedure,
  listProcedures,
  updateProcedure,
} from '../store/procedures.ts'
import { createVersion, deleteVersion, getVersion } from '../store/versions.ts'
import { type Api, read, write, writePrepared } from './route.ts'

export const procedureRoutes = (api: Api): Route[] => [
  read(api, procedureEndpoints.list, (db, { query, caller }) => listProcedures(db, caller.actor, query)),
  write(api, procedureEndpoints.create, (desk, { body }) => createProcedure(desk, body.name)),
  read(api, procedureEndpoints.get, (db, { params, caller }) => getProcedure(db, caller.actor, params.id)),
  write(api, procedureEndpoints.update, (desk, { params, body }) => updateProcedure(desk, params.id, body)),
  writePrepared(
    api,
    procedureEndpoints.delete,
    (db, { params }) => countRuns(db, params.id),
    (desk, { params }, runs) => deleteProcedure(desk, params.id, runs),
  ),
  write(api, versionEndpoints.create, (desk, { params, body }) =>
    createVersion(desk, { procedure_id: params.procedure_id, tag: body.tag }),
  ),
  read(api, versionEndpoints.get, (db, { params, caller }) => getVersion(db, caller.actor, params)),
  write(api, versionEndpoints.delete, (desk, { params }) => deleteVersion(desk, params)),
]
