import type { Route } from '../../http/routes.ts'
import { partEndpoints } from '../../model/part.ts'
import { createPart, deletePart, getPart, listParts, updatePart } from '../store/parts.ts'
import { type Api, read, write } from './route.ts'

export const partRoutes = (api: Api): Route[] => [
  read(api, partEndpoints.list, ({ db }, { query }) => listParts(db, query)),
  write(api, partEndpoints.create, (db, author, { body }) => createPart(db, author, body)),
  read(api, partEndpoints.get, ({ db, people }, { params }) => getPart(db, people, params.number)),
  write(api, partEndpoints.update, (db, author, { params, body }) =>
    updatePart(db, author, params.number, body),
  ),
  write(api, partEndpoints.delete, (db, author, { params }) => deletePart(db, author, params.number)),
]
