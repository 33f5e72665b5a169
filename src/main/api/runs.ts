import { idWithin } from '../../host/id.ts'
import type { Route } from '../../http/routes.ts'
import { runEndpoints } from '../../model/run.ts'
import { getRun } from '../store/run-detail.ts'
import { listRuns } from '../store/run-list.ts'
import { createRun, createRunAttachment, deleteRuns, updateRun, updateRunMetadata } from '../store/runs.ts'
import { announced, linksFor } from './attachments.ts'
import { type Api, read, write } from './route.ts'

export const runRoutes = (api: Api): Route[] => [
  read(api, runEndpoints.list, ({ db }, { query }) => listRuns(db, query)),
  write(api, runEndpoints.create, (db, author, { body }) => createRun(db, author, api.station_runs, body)),
  read(api, runEndpoints.get, ({ db }, { params, request }) =>
    getRun(db, params.id, idWithin, linksFor(api, request)),
  ),
  write(api, runEndpoints.update, (db, author, { params, body }) => updateRun(db, author, params.id, body)),
  write(api, runEndpoints.createAttachment, (db, author, { params, body, request }) =>
    announced(api, request, createRunAttachment(db, author, params.id, body.name)),
  ),
  write(api, runEndpoints.updateMetadata, (db, author, { params, body }) =>
    updateRunMetadata(db, author, params.id, body.metadata ?? {}),
  ),
  write(api, runEndpoints.delete, (db, author, { query }) => deleteRuns(db, author, query.ids)),
]
