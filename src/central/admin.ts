import { z } from 'zod'

import type { App } from '../http/app.ts'
import { withAdminDoor } from '../http/admin-door.ts'
import { type Refusal, refuse } from '../model/error.ts'
import { keyToMake } from '../model/key.ts'
import { STATION_NAME_MAX } from '../model/station.ts'
import { title } from '../model/text.ts'
import type { Api } from './api/route.ts'
import { backUp } from './backup.ts'
import { addStation, renewStation, revokeStation } from './store/enrolments.ts'
import { readFleet } from './store/fleet.ts'
import { createUserKey, listKeys, revokeKey } from './store/keys.ts'

/** What the command line does at headquarters: by the running server where there is one, otherwise by itself. */
export const adminBodies = {
  'stations-add': z.object({ name: title('Name', STATION_NAME_MAX) }),
  'stations-renew': z.object({ id: z.string() }),
  'stations-revoke': z.object({ id: z.string() }),
  'stations-list': z.object({}),
  'keys-create': keyToMake.pick({ name: true }),
  'keys-list': z.object({}),
  'keys-revoke': z.object({ id: z.string() }),
  backup: z.object({ file: z.string().optional() }),
}
export type AdminCommand = keyof typeof adminBodies
export type Admin = (command: AdminCommand, body: unknown) => Promise<object | Refusal>

/** @param backups where a backup goes that is given no name */
export const createAdmin =
  (api: Api, backups: string): Admin =>
  async (command, body) => {
    const checked = adminBodies[command].safeParse(body)
    if (!checked.success) return refuse('BAD_REQUEST', checked.error.issues[0]!.message)
    const { name = '', id = '', file } = checked.data as { name?: string; id?: string; file?: string }
    const now = () => api.outside.readClock().wall_ms
    switch (command) {
      case 'stations-add':
        return addStation(api, name)
      case 'stations-renew':
        return renewStation(api, id)
      case 'stations-revoke':
        return revokeStation(api, id)
      case 'stations-list':
        return { stations: (await readFleet(api.db, now())).stations }
      case 'keys-create':
        return createUserKey(api.db, api.outside, name)
      case 'keys-list':
        return { keys: await listKeys(api.db) }
      case 'keys-revoke':
        return (await revokeKey(api.db, id, now())) ?? { id }
      case 'backup':
        return backUp(api.db, backups, file, now)
    }
  }

/** The admin door before the app. */
export const withAdmin = (app: App, admin: Admin, token: string): App =>
  withAdminDoor(app, {
    path: '/central/admin/',
    commands: Object.keys(adminBodies) as AdminCommand[],
    run: admin,
    token,
  })
