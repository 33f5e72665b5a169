import { isProblem, type Problem } from '../host/problem.ts'
import type { SyncState } from '../model/desk.ts'
import { type Given, print } from './command.ts'
import { openForWriting } from './writing.ts'

/** One round: by the running station where there is one, otherwise by this command. */
export async function run({ config }: Given): Promise<number | Problem> {
  const writing = await openForWriting(config, true)
  if (isProblem(writing)) return writing
  const state = await writing.run<SyncState>('sync-round', {})
  await writing.close()
  if (isProblem(state)) return state
  print(JSON.stringify(state))
  return state.state === 'in_sync' ? 0 : 1
}
