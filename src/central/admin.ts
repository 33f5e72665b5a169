import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

import type { App } from '../http/app.ts'
import { ok, refused } from '../http/wire.ts'
import { isRefusal, type Refusal, refuse } from '../model/error.ts'
import { STATION_NAME_MAX } from '../model/station.ts'
import { title } from '../model/text.ts'
import type { Api } from './api/route.ts'
import { backUp } from './backup.ts'
import { addStation, renewStation, revokeStation } from './store/enrolments.ts'
import { readFleet } from './store/fleet.ts'

/** What the command line does at headquarters: by the running server where there is one, otherwise by itself. */
export const adminBodies = {
  'stations-add': z.object({ name: title('Name', STATION_NAME_MAX) }),
  'stations-renew': z.object({ id: z.string() }),
  'stations-revoke': z.object({ id: z.string() }),
  'stations-list': z.object({}),
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
      case 'backup':
        return backUp(api.db, backups, file, now)
    }
  }

const DOOR = '/central/admin/'

/** The door for the command line before the app: only who can read `server.json` of this data folder knows its token. */
export function withAdmin(app: App, admin: Admin, token: string): App {
  const expected = Buffer.from(`Bearer ${token}`)
  return async (request) => {
    if (!request.target.startsWith(DOOR)) return app(request)
    const presented = Buffer.from(request.header('authorization') ?? '')
    if (presented.length !== expected.length || !timingSafeEqual(presented, expected))
      return refused(
        refuse('UNAUTHORIZED', 'Unauthorized: this door is for the command line of headquarters'),
      )
    const command = request.target.slice(DOOR.length)
    if (request.method !== 'POST' || !Object.hasOwn(adminBodies, command))
      return refused(refuse('NOT_FOUND', `No operation ${request.method} ${request.target}`))
    try {
      const answer = await admin(command as AdminCommand, JSON.parse(Buffer.from(request.body).toString()))
      return isRefusal(answer) ? refused(answer) : ok(JSON.stringify(answer))
    } catch (error) {
      return refused(refuse('INTERNAL_SERVER_ERROR', error instanceof Error ? error.message : String(error)))
    }
  }
}
