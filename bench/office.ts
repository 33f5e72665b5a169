import { newId } from '../src/host/id.ts'
import type { Operation } from '../src/model/operation.ts'
import { backupOf, headOf } from '../tests/simulation/central.ts'
import { openOffice } from '../tests/sync/office.ts'

/** One part, a batch for every hundred units, and the units. */
function* changes(count: number, mark = ''): Generator<Operation> {
  const part_id = newId()
  const revision_id = newId()
  yield { type: 'part.create', id: part_id, number: `P-1${mark}`, name: 'Pump' }
  yield { type: 'revision.create', id: revision_id, part_id, number: 'A' }
  let batch_id = newId()
  for (let n = 0; n < count; n += 1) {
    if (n % 100 === 0)
      yield { type: 'batch.create', id: (batch_id = newId()), number: `LOT-${mark}${n / 100}` }
    yield {
      type: 'unit.create',
      id: newId(),
      serial_number: `SN-${mark}${n}`,
      revision_id,
      batch_id,
      sample: null,
      metadata: {},
    }
  }
}

/** Headquarters in memory with so many units, as a process of its own: what the station is measured at must not wait for it. */
const office = await openOffice()
setInterval(() => void (office.wall_ms = Date.now()), 50).unref()
office.fill(changes(Number(process.argv[2])))
let backup = backupOf(office.central)
process.on('message', (word) => {
  if (word === 'fill') office.fill(changes(30_000, 'B-'))
  if (word === 'backup') backup = backupOf(office.central)
  if (word === 'restore') office.central = backup
  process.send!({ ...office.traffic, requests: [], head: headOf(office.central).seq })
})
process.on('disconnect', () => process.exit())
process.send!({ url: office.url, code: office.invite('Bench') })
