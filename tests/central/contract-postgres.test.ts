import { centralSubject } from '../support/central-subject.ts'
import { tryScenariosOn } from '../support/scenario.ts'

// A user at headquarters may remove any station: none of them is the one that answers.
tryScenariosOn(centralSubject('postgres'), ['the station that answers cannot remove itself'])

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
