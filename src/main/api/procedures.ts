import type { Route } from '../../http/routes.ts'
import { procedureEndpoints } from '../../model/procedure.ts'
import { versionEndpoints } from '../../model/version.ts'
import {
  createProcedure,
  deleteProcedure,
  getProcedure,
  listProcedures,
  updateProcedure,
} from '../store/procedures.ts'
import { createVersion, deleteVersion, getVersion } from '../store/versions.ts'
import { type Api, read, write } from './route.ts'

export const procedureRoutes = (api: Api): Route[] => [
  read(api, procedureEndpoints.list, ({ db }, { query, caller }) =>
    listProcedures(db, caller.actor, api.station_runs, query),
  ),
  write(api, procedureEndpoints.create, (db, author, { body }) => createProcedure(db, author, body.name)),
  read(api, procedureEndpoints.get, ({ db }, { params, caller }) =>
    getProcedure(db, caller.actor, api.station_runs, params.id),
  ),
  write(api, procedureEndpoints.update, (db, author, { params, body }) =>
    updateProcedure(db, author, params.id, body),
  ),
  write(api, procedureEndpoints.delete, (db, author, { params }) => deleteProcedure(db, author, params.id)),
  write(api, versionEndpoints.create, (db, author, { params, body }) =>
    createVersion(db, author, params.procedure_id, body.tag),
  ),
  read(api, versionEndpoints.get, (reading, { params, caller }) =>
    getVersion(reading, caller.actor, api.station_runs, params),
  ),
  write(api, versionEndpoints.delete, (db, author, { params }) => deleteVersion(db, author, params)),
]
