import { isProblem, type Problem } from '../host/problem.ts'
import type { SyncState } from '../model/desk.ts'
import { type Given, print } from './command.ts'
import { openForWriting } from './writing.ts'

/** One round: by the running station where there is one, otherwise by this command. */
export async function run({ config }: Given): Promise<number | Problem> {
  const writing = await openForWriting(config, true)
  if (isProblem(writing)) return writing
  const state = await untilRest(() => writing.run<SyncState>('sync-round', {}))
  await writing.close()
  if (isProblem(state)) return state
  print(JSON.stringify(state))
  return state.state === 'in_sync' ? 0 : 1
}

/** A round that is still under way when the station's patience with it ends goes on, as long as something moved in it. */
export async function untilRest(round: () => Promise<SyncState | Problem>): Promise<SyncState | Problem> {
  let state = await round()
  for (let last: typeof state | undefined; isMoving(state, last);) {
    last = state
    state = await round()
  }
  return state
}

function isMoving(now: SyncState | Problem, last: SyncState | Problem | undefined): boolean {
  if (isProblem(now) || now.state !== 'behind') return false
  return last === undefined || isProblem(last) || now.pending < last.pending || now.progress !== last.progress
}
