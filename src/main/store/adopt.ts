import { GENESIS } from '../../model/sync/chain.ts'
import { reborn } from '../../model/sync/station/incarnation.ts'
import type { Tools } from '../../model/sync/station.ts'
import { readArchive } from './archive.ts'
import type { WritableDb } from './database.ts'
import { readIdentity } from './identity.ts'
import { sql } from './sql.ts'
import type { Synced } from './synced.ts'
import { firstMeta, writeSync } from './sync-state.ts'

/** Who headquarters says that this station is. */
export interface Role {
  readonly station_id: string
  readonly name: string
  readonly organization_slug: string
}

/**
 * The station becomes who headquarters says it is. Doing it again changes nothing, so that it can be done at every start: the
 * credential may have been written down just before the power went.
 */
export function adopt(db: WritableDb, synced: Synced, role: Role, tools: Pick<Tools, 'newId'>): void {
  const { station_id } = role
  const identity = readIdentity(db)!
  const meta = synced.meta(db)
  if (meta?.station_id === station_id) return
  // Where rows take over each other's ids, what is in memory is worth nothing.
  synced.forget()
  if (meta === undefined) {
    rename(db, identity.station_id, role)
    writeSync(db, firstMeta(station_id, identity.incarnation))
  } else {
    // Another role than before: its chain is another one, and whatever the old one has not been shown goes out again.
    const past = { meta, archive: readArchive(db), linkAt: () => GENESIS }
    // It has no past there that its hash could begin with.
    const born = reborn(past, synced.outbox.byId(db), [], { hash: () => GENESIS, ...tools })
    if (born.archive)
      for (const op_id of born.archive.remove) db.run(sql`DELETE FROM archive WHERE op_id = ${op_id}`)
    synced.outbox.change(db, born)
    writeSync(db, { ...born.meta!, station_id, lineage: [] })
    become(db, identity.station_id, role)
    synced.forget()
  }
  db.run(sql`UPDATE meta SET value = ${station_id} WHERE name = 'station_id'`)
  db.run(sql`UPDATE meta SET value = ${role.organization_slug} WHERE name = 'organization_slug'`)
}

/**
 * Before anything of it was ever sent, the station's own id gives way to the one that headquarters knows: in its row, as author in its
 * journal, and where its operations name it. The old one goes on standing for it.
 */
function rename(db: WritableDb, old: string, { station_id, name }: Role): void {
  if (old !== station_id) {
    db.run(sql`UPDATE stations SET id = ${station_id} WHERE id = ${old}`)
    db.run(
      sql`UPDATE authors SET actor_id = ${station_id} WHERE actor_kind = 'station' AND actor_id = ${old}`,
    )
    db.run(sql`UPDATE journal SET operation = replace(operation, ${JSON.stringify(old)}, ${JSON.stringify(station_id)})
      WHERE (operation LIKE '{"type":"station.%' OR operation LIKE '{"type":"link.%') AND instr(operation, ${old}) > 0`)
    db.run(
      sql`UPDATE graves SET row = replace(row, ${JSON.stringify(old)}, ${JSON.stringify(station_id)}) WHERE instr(row, ${old}) > 0`,
    )
    db.run(
      sql`INSERT INTO aliases (id, noun, into_id) VALUES (${old}, 'station', ${station_id}) ON CONFLICT DO NOTHING`,
    )
  }
  db.run(sql`UPDATE stations SET name = ${name} WHERE id = ${station_id}`)
  settled(db, station_id)
}

/** The old role's row stays: it made what it made. The keys of this station go over to the new one. */
function become(db: WritableDb, old: string, { station_id, name }: Role): void {
  db.run(sql`INSERT INTO stations (id, name, created_at) SELECT ${station_id}, ${name}, created_at FROM stations WHERE id = ${old}
    ON CONFLICT (id) DO UPDATE SET removed = 0`)
  db.run(sql`UPDATE keys SET station_pk = (SELECT pk FROM stations WHERE id = ${station_id})
    WHERE station_pk = (SELECT pk FROM stations WHERE id = ${old})`)
  settled(db, station_id)
}

/** The station's own row counts as headquarters' from the first moment: no operation of this station made it. */
function settled(db: WritableDb, station_id: string): void {
  db.run(
    sql`INSERT INTO row_marks (id, noun, in_base, marks) VALUES (${station_id}, 'station', 1, '{}') ON CONFLICT DO NOTHING`,
  )
}
