import { type Route, route } from '../../http/routes.ts'
import { type WireRequest, ok, refused } from '../../http/wire.ts'
import { deskEndpoints } from '../../model/desk.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import { formatTime } from '../../model/time.ts'
import { readIdentity, userNamed } from '../store/identity.ts'
import { createKey, listKeys, newKeyText, revokeKey } from '../store/keys.ts'
import type { Api } from './route.ts'

const stamp = (at: number | null) => (at === null ? null : formatTime(at))

/**
 * Keys are made and revoked by who stands at the screen: in the window, or in a browser that was signed in. A script that
 * shows a key of its own may not make others (decision 0012).
 */
const byScript = (request: WireRequest) => request.header('authorization') !== undefined

const notByScript = refused(
  refuse('FORBIDDEN', 'Forbidden: keys are made and revoked in the page or by the command line'),
)

/**
 * None of these answers is remembered for repetitions (retries.ts): a key is seen once and lies nowhere,
 * so a create whose answer got lost leaves a key that nobody knows, to be revoked.
 */
export const keyRoutes = ({ store }: Api): Route[] => [
  route(deskEndpoints.keys, ({ caller }) =>
    ok(
      JSON.stringify({
        data: listKeys(store.db).map((key) => ({
          ...key,
          created_at: stamp(key.created_at),
          revoked_at: stamp(key.revoked_at),
          current: key.id === caller.key_id,
        })),
      }),
    ),
  ),
  route(deskEndpoints.createKey, async ({ body: { kind, name }, caller, request }) => {
    if (byScript(request)) return notByScript
    const key = newKeyText()
    const { clock, newId } = store.author(caller.actor)
    const created_at = clock.wall_ms
    const made = await store.commits.write((db) => {
      const id = newId()
      const owner_id =
        kind === 'user' ? userNamed(db, { id: newId(), name, created_at }) : readIdentity(db)!.station_id
      createKey(db, { id, name, key, owner: { kind, id: owner_id }, created_at })
      return { id, kind, name, key }
    })
    return ok(JSON.stringify(made))
  }),
  route(deskEndpoints.revokeKey, async ({ params: { id }, request }) => {
    if (byScript(request)) return notByScript
    const { wall_ms } = store.readClock()
    const result = await store.commits.write((db) => revokeKey(db, id, wall_ms) ?? { id })
    return isRefusal(result) ? refused(result) : ok(JSON.stringify(result))
  }),
]
