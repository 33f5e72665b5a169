import { z } from 'zod'

import type { App } from '../http/app.ts'
import { withAdminDoor } from '../http/admin-door.ts'
import { type Refusal, refuse } from '../model/error.ts'
import { keyToMake, type KeyToMake, type MadeKey } from '../model/key.ts'
import { record } from '../model/record.ts'
import { newId, newIds } from '../host/id.ts'
import { storageRefusal } from './api/route.ts'
import type { OpenStore } from './open-store.ts'
import type { WritableDb } from './store/database.ts'
import { firstUserId, readIdentity, userNamed } from './store/identity.ts'
import { createKey, newKeyText, revokeKey } from './store/keys.ts'
import { linkProcedure, unlinkProcedure } from './store/links.ts'
import { bringRecords } from './store/records.ts'
import type { Headquarters } from './sync/headquarters.ts'

/**
 * What the command line writes. There is one writer at a time: the command itself while no server runs, otherwise the
 * server, asked through `POST /station/admin/NAME` with the token of `server.json`. Reading commands need no door:
 * SQLite lets them look at a running station's file.
 */
export const adminBodies = {
  'keys-create': keyToMake,
  'keys-revoke': z.object({ id: z.string() }),
  'procedures-link': z.object({ id: z.string() }),
  'procedures-unlink': z.object({ id: z.string() }),
  /** `last`: who asked ends with these, and is told so only when all of it is on the disk. */
  'records-bring': z.object({ records: z.array(record).max(10_000), last: z.boolean() }),
  'sync-round': z.object({}),
  'sync-enroll': z.object({ url: z.string(), code: z.string().min(1) }),
}

/** A command that works on the folder alone and said that it needs no network. */
const offline = refuse('INTERNAL_SERVER_ERROR', 'headquarters is not asked by this command')

export type AdminCommand = keyof typeof adminBodies
/** Runs one command: its body is checked, its answer plain JSON. */
export type Admin = (command: AdminCommand, body: unknown) => Promise<object | Refusal>

/**
 * @param headquarters none for commands that have no business there
 * @param slice_ms how long one slice of records may keep everybody else waiting
 */
export function createAdmin(
  { store }: Pick<OpenStore, 'store'>,
  headquarters: Headquarters | undefined,
  slice_ms: number,
): Admin {
  const { commits } = store

  function keysCreate({ kind, name }: KeyToMake): Promise<MadeKey> {
    const { wall_ms: created_at } = store.readClock()
    const key = newKeyText()
    return commits.write((db) => {
      const id = newId()
      const owner_id =
        kind === 'user' ? userNamed(db, { id: newId(), name, created_at }) : readIdentity(db)!.station_id
      createKey(db, { id, name, key, owner: { kind, id: owner_id }, created_at })
      return { id, kind, name, key }
    })
  }

  function keysRevoke({ id }: z.output<(typeof adminBodies)['keys-revoke']>): Promise<object | Refusal> {
    const { wall_ms } = store.readClock()
    return commits.write((db) => revokeKey(db, id, wall_ms) ?? { id })
  }

  function procedures(
    change: typeof linkProcedure,
    { id }: z.output<(typeof adminBodies)['procedures-link']>,
  ): Promise<object | Refusal> {
    return commits.write((db) => {
      const author = store.author({ kind: 'user', id: firstUserId(db) })
      return change(db, author, readIdentity(db)!.station_id, id) ?? { id }
    })
  }

  function recordsBring({ records, last }: z.output<(typeof adminBodies)['records-bring']>): Promise<object> {
    const bring = (db: WritableDb) => {
      const author = { ...store.author({ kind: 'user', id: firstUserId(db) }), newId: newIds() }
      const end = performance.now() + slice_ms
      return bringRecords(db, author, records, () => performance.now() > end)
    }
    return last ? commits.writeAlone(bring) : commits.writeSoon(bring)
  }

  async function syncEnroll({ url, code }: z.output<(typeof adminBodies)['sync-enroll']>) {
    if (headquarters === undefined) return offline
    const failed = await headquarters.enroll(url, code)
    if (failed !== undefined) return refuse('CONFLICT', failed.message)
    return { station_id: readIdentity(store.db)!.station_id, ...(await headquarters.round()) }
  }

  return async (command, body) => {
    const checked = adminBodies[command].safeParse(body)
    if (!checked.success) return refuse('BAD_REQUEST', checked.error.issues[0]!.message)
    switch (command) {
      case 'keys-create':
        return keysCreate(checked.data as KeyToMake)
      case 'keys-revoke':
        return keysRevoke(checked.data as z.output<(typeof adminBodies)['keys-revoke']>)
      case 'procedures-link':
        return procedures(linkProcedure, checked.data as z.output<(typeof adminBodies)['procedures-link']>)
      case 'procedures-unlink':
        return procedures(unlinkProcedure, checked.data as z.output<(typeof adminBodies)['procedures-link']>)
      case 'records-bring':
        return recordsBring(checked.data as z.output<(typeof adminBodies)['records-bring']>)
      case 'sync-round':
        return headquarters?.round() ?? offline
      case 'sync-enroll':
        return syncEnroll(checked.data as z.output<(typeof adminBodies)['sync-enroll']>)
    }
  }
}

/** The admin door before the app. */
export const withAdmin = (app: App, admin: Admin, token: string): App =>
  withAdminDoor(app, {
    path: '/station/admin/',
    commands: Object.keys(adminBodies) as AdminCommand[],
    run: admin,
    token,
    refusalOf: storageRefusal,
  })
