import type { Route } from '../../http/routes.ts'
import { batchEndpoints } from '../../model/batch.ts'
import { listBatches } from '../store/batch-list.ts'
import { createBatch, deleteBatch, getBatch, renameBatch } from '../store/batches.ts'
import { type Api, read, write } from './route.ts'

export const batchRoutes = (api: Api): Route[] => [
  read(api, batchEndpoints.list, (reading, { query }) => listBatches(reading, query)),
  write(api, batchEndpoints.create, (db, author, { body }) => createBatch(db, author, body.number)),
  read(api, batchEndpoints.get, ({ db, people }, { params }) => getBatch(db, people, params.number)),
  write(api, batchEndpoints.rename, (db, author, { params, body }) =>
    renameBatch(db, author, params.number, body.new_number),
  ),
  write(api, batchEndpoints.delete, (db, author, { params }) => deleteBatch(db, author, params.number)),
]
