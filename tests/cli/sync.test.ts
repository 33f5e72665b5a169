import { expect, test } from 'vitest'

import { untilRest } from '../../src/cli/sync.ts'
import { type Problem, problem } from '../../src/host/problem.ts'
import type { SyncState } from '../../src/model/desk.ts'

const said = (state: SyncState['state'], pending: number, progress: number | null = null): SyncState => ({
  state,
  pending,
  progress,
  conflicts: 0,
  last_success_at: null,
  oldest_pending_at: null,
  cause: null,
  detail: null,
  technical: null,
  clock_skew_ms: null,
  disk_free_bytes: null,
})
const gone = problem('the station does not answer', 'Start it again')

test.each<[string, readonly (SyncState | Problem)[]]>([
  ['in sync at once', [said('in_sync', 0)]],
  ['headquarters cannot be reached', [said('offline', 7)]],
  [
    'a long reading ends in sync',
    [said('behind', 0, 0.2), said('behind', 0, 0.6), said('behind', 0, 0.9), said('in_sync', 0)],
  ],
  ['a backlog leaves until the line goes', [said('behind', 900), said('behind', 300), said('offline', 300)]],
  ['nothing moves any more', [said('behind', 5, 0.5), said('behind', 5, 0.5)]],
  ['the station ends meanwhile', [said('behind', 5), gone]],
])('lotkeeper sync goes on as long as something moves: %s', async (_, rounds) => {
  const left = [...rounds]
  expect(await untilRest(() => Promise.resolve(left.shift()!))).toBe(rounds.at(-1))
  expect(left).toEqual([])
})
