import type { Route } from '../../http/routes.ts'
import { revisionEndpoints } from '../../model/revision.ts'
import { createRevision, deleteRevision, getRevision, updateRevision } from '../store/revisions.ts'
import { type Api, read, write } from './route.ts'

export const revisionRoutes = (api: Api): Route[] => [
  write(api, revisionEndpoints.create, (db, author, { params, body }) =>
    createRevision(db, author, params.part_number, body.number),
  ),
  read(api, revisionEndpoints.get, ({ db, people }, { params }) =>
    getRevision(db, people, params.part_number, params.revision_number),
  ),
  write(api, revisionEndpoints.update, (db, author, { params, body }) =>
    updateRevision(db, author, params, body),
  ),
  write(api, revisionEndpoints.delete, (db, author, { params }) =>
    deleteRevision(db, author, params.part_number, params.revision_number),
  ),
]
