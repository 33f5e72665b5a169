import { centralSubject } from '../support/central-subject.ts'
import { tryScenariosOn } from '../support/scenario.ts'
import { ofStationsOnly } from '../support/station-facts.ts'

tryScenariosOn(centralSubject('pglite'), ofStationsOnly)

await import('../api/attachments.test.ts')
await import('../api/batches.test.ts')
await import('../api/batch-list.test.ts')
await import('../api/parts.test.ts')
await import('../api/procedures.test.ts')
await import('../api/revisions.test.ts')
await import('../api/runs.test.ts')
await import('../api/stations.test.ts')
await import('../api/units.test.ts')
await import('../api/unit-list.test.ts')
await import('../api/users.test.ts')
