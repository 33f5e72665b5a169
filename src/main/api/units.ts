import type { Route } from '../../http/routes.ts'
import { unitEndpoints } from '../../model/unit.ts'
import { listUnits } from '../store/unit-list.ts'
import {
  addChild,
  createAttachment,
  createUnit,
  deleteAttachments,
  deleteUnits,
  getUnit,
  removeChild,
  updateUnit,
} from '../store/units.ts'
import { announced, linksFor } from './attachments.ts'
import { type Api, read, write } from './route.ts'

export const unitRoutes = (api: Api): Route[] => [
  read(api, unitEndpoints.list, ({ db, people }, { query }) => listUnits(db, people, query)),
  write(api, unitEndpoints.create, (db, author, { body }) => createUnit(db, author, body)),
  read(api, unitEndpoints.get, ({ db, people }, { params, request }) =>
    getUnit(db, people, params.serial_number, linksFor(api, request)),
  ),
  write(api, unitEndpoints.update, (db, author, { params, body }) =>
    updateUnit(db, author, params.serial_number, body),
  ),
  write(api, unitEndpoints.delete, (db, author, { query }) => deleteUnits(db, author, query.serial_numbers)),
  write(api, unitEndpoints.addChild, (db, author, { params, body }) =>
    addChild(db, author, params.serial_number, body.child_serial_number),
  ),
  write(api, unitEndpoints.removeChild, (db, author, { params, query }) =>
    removeChild(db, author, params.serial_number, query.child_serial_number),
  ),
  write(api, unitEndpoints.createAttachment, (db, author, { params, body, request }) =>
    announced(api, request, createAttachment(db, author, params.serial_number, body.name)),
  ),
  write(api, unitEndpoints.deleteAttachment, (db, author, { params, query }) =>
    deleteAttachments(db, author, params.serial_number, query.ids),
  ),
]
