import type { Route } from '../../http/routes.ts'
import { batchEndpoints } from '../../model/batch.ts'
import { isRefusal } from '../../model/error.ts'
import { partEndpoints } from '../../model/part.ts'
import { revisionEndpoints } from '../../model/revision.ts'
import { stationEndpoints } from '../../model/station.ts'
import { unitEndpoints } from '../../model/unit.ts'
import { userEndpoints } from '../../model/user.ts'
import { listBatches } from '../store/batch-list.ts'
import { createBatch, deleteBatch, getBatch, renameBatch } from '../store/batches.ts'
import { createPart, deletePart, getPart, listParts, updatePart } from '../store/parts.ts'
import { createRevision, deleteRevision, getRevision, updateRevision } from '../store/revisions.ts'
import { createStation, getStation, listStations, removeStation, updateStation } from '../store/stations.ts'
import { listUnits } from '../store/unit-list.ts'
import {
  addChild,
  createUnit,
  deleteAttachments,
  deleteUnits,
  findUnitId,
  getUnit,
  removeChild,
  updateUnit,
} from '../store/units.ts'
import { currentUser, listUsers } from '../store/users.ts'
import { announce, attachmentRoutes, linksFor } from './files.ts'
import { procedureRoutes } from './procedures.ts'
import { type Api, read, write } from './route.ts'
import { runRoutes } from './runs.ts'

/** The contract of the station, answered from what all stations know. */
export const contractRoutes = (api: Api): Route[] => [
  ...batchRoutes(api),
  ...partRoutes(api),
  ...revisionRoutes(api),
  ...unitRoutes(api),
  ...attachmentRoutes(api),
  ...procedureRoutes(api),
  ...runRoutes(api),
  ...stationRoutes(api),
  read(api, userEndpoints.list, (db, { query, caller }) =>
    query.current ? currentUser(db, caller.actor) : listUsers(db),
  ),
  read(api, userEndpoints.current, async (db, { caller }) => (await currentUser(db, caller.actor))[0]!),
]

const batchRoutes = (api: Api): Route[] => [
  read(api, batchEndpoints.list, (db, { query }) => listBatches(db, query)),
  write(api, batchEndpoints.create, (desk, { body }) => createBatch(desk, body.number)),
  read(api, batchEndpoints.get, (db, { params }) => getBatch(db, params.number)),
  write(api, batchEndpoints.rename, (desk, { params, body }) =>
    renameBatch(desk, params.number, body.new_number),
  ),
  write(api, batchEndpoints.delete, (desk, { params }) => deleteBatch(desk, params.number)),
]

const partRoutes = (api: Api): Route[] => [
  read(api, partEndpoints.list, (db, { query }) => listParts(db, query)),
  write(api, partEndpoints.create, (desk, { body }) => createPart(desk, body)),
  read(api, partEndpoints.get, (db, { params }) => getPart(db, params.number)),
  write(api, partEndpoints.update, (desk, { params, body }) => updatePart(desk, params.number, body)),
  write(api, partEndpoints.delete, (desk, { params }) => deletePart(desk, params.number)),
]

const revisionRoutes = (api: Api): Route[] => [
  write(api, revisionEndpoints.create, (desk, { params, body }) =>
    createRevision(desk, params.part_number, body.number),
  ),
  read(api, revisionEndpoints.get, (db, { params }) =>
    getRevision(db, params.part_number, params.revision_number),
  ),
  write(api, revisionEndpoints.update, (desk, { params, body }) => updateRevision(desk, params, body)),
  write(api, revisionEndpoints.delete, (desk, { params }) =>
    deleteRevision(desk, params.part_number, params.revision_number),
  ),
]

const unitRoutes = (api: Api): Route[] => [
  read(api, unitEndpoints.list, (db, { query }) => listUnits(db, query)),
  write(api, unitEndpoints.create, (desk, { body }) => createUnit(desk, body)),
  read(api, unitEndpoints.get, (db, { params, request }) =>
    getUnit(db, params.serial_number, linksFor(api, request)),
  ),
  write(api, unitEndpoints.update, (desk, { params, body }) => updateUnit(desk, params.serial_number, body)),
  write(api, unitEndpoints.delete, (desk, { query }) => deleteUnits(desk, query.serial_numbers)),
  read(api, unitEndpoints.createAttachment, async (db, input) => {
    const unit_id = await findUnitId(db, input.params.serial_number)
    return isRefusal(unit_id) ? unit_id : announce(api, input, { unit_id, run_id: null })
  }),
  write(api, unitEndpoints.deleteAttachment, (desk, { params, query }) =>
    deleteAttachments(desk, params.serial_number, query.ids),
  ),
  write(api, unitEndpoints.addChild, (desk, { params, body }) =>
    addChild(desk, params.serial_number, body.child_serial_number),
  ),
  write(api, unitEndpoints.removeChild, (desk, { params, query }) =>
    removeChild(desk, params.serial_number, query.child_serial_number),
  ),
]

const stationRoutes = (api: Api): Route[] => {
  const now = () => api.outside.readClock().wall_ms
  return [
    read(api, stationEndpoints.list, (db, { query }) => listStations(db, query)),
    write(api, stationEndpoints.create, (desk, { body }) => createStation(desk, body)),
    read(api, stationEndpoints.current, (db, { caller }) =>
      getStation(db, caller.actor, caller.actor.id, now()),
    ),
    read(api, stationEndpoints.get, (db, { params, caller }) =>
      getStation(db, caller.actor, params.id, now()),
    ),
    write(api, stationEndpoints.update, (desk, { params, body }) => updateStation(desk, params.id, body)),
    write(api, stationEndpoints.remove, (desk, { params }) => removeStation(desk, params.id)),
  ]
}
