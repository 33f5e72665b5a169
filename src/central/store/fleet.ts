import type { Fleet, FleetStation } from '../../model/fleet.ts'
import { SILENT_MS } from '../../model/fleet.ts'
import { formatTime } from '../../model/time.ts'
import { version } from '../../host/version.ts'
import { lastBackup } from './backups.ts'
import { type Database, one } from './database.ts'
import { sql } from './sql.ts'

interface Row {
  id: string
  name: string
  code_created_at: number | null
  credential: boolean
  revoked_at: number | null
  seen_at: number | null
  version: string | null
  pending: number | null
  oldest_ms: number | null
  conflicts_there: number | null
  disk_free_bytes: number | null
  clock_ahead_ms: number | null
  cursor_seq: number | null
  conflicts: number
}

/** Every station that a PC was or is to become, and what is known of it. */
export async function readFleet(db: Database, now: number): Promise<Fleet> {
  const head = await one<{ id: string; seq: number; safe_seq: number; conflicts: number }>(
    db,
    sql`SELECT id, seq, safe_seq, (SELECT count(*) FROM conflicts WHERE decided_at IS NULL) AS conflicts FROM headquarters`,
  )
  const rows = await db.rows<Row>(sql`
    SELECT s.id, s.name, e.code_created_at, e.credential_hash IS NOT NULL AS credential, e.revoked_at, seen.seen_at, seen.version,
      seen.pending, seen.oldest_ms, seen.conflicts AS conflicts_there, seen.disk_free_bytes, seen.clock_ahead_ms, seen.cursor_seq,
      (SELECT count(*) FROM conflicts c WHERE c.station_id = s.id AND c.decided_at IS NULL) AS conflicts
    FROM stations s LEFT JOIN enrolments e ON e.station_id = s.id LEFT JOIN sightings seen ON seen.station_id = s.id
    WHERE s.held IS NOT NULL ORDER BY s.name, s.pk`)
  const incidents = await db.rows<{
    kind: string
    station_id: string
    station_name: string | null
    reported_at: number
    detail: Record<string, unknown>
  }>(sql`
    SELECT i.kind, i.station_id, s.name AS station_name, i.reported_at, i.detail
    FROM incidents i LEFT JOIN stations s ON s.id = i.station_id ORDER BY i.id DESC LIMIT 20`)
  const backup = await lastBackup(db)
  return {
    now: formatTime(now),
    headquarters: {
      id: head.id,
      version,
      database: db.kind,
      changes: head.seq,
      conflicts: head.conflicts,
      last_backup: backup
        ? { verified_at: formatTime(backup.verified_at), seq: backup.seq, file: backup.file }
        : null,
      changes_since_backup: head.seq - head.safe_seq,
    },
    stations: rows.map((row) => toStation(row, now, head.seq)),
    incidents: incidents.map((incident) => ({ ...incident, reported_at: formatTime(incident.reported_at) })),
  }
}

function toStation(row: Row, now: number, head_seq: number): FleetStation {
  const since_seen = row.seen_at === null ? 0 : Math.max(0, now - row.seen_at)
  return {
    id: row.id,
    name: row.name,
    state: stateOf(row, now),
    last_seen_at: row.seen_at === null ? null : formatTime(row.seen_at),
    pending: row.pending,
    oldest_unsynced_ms: row.oldest_ms === null ? null : row.oldest_ms + since_seen,
    behind: row.cursor_seq === null ? null : Math.max(0, head_seq - row.cursor_seq),
    conflicts: row.conflicts,
    conflicts_there: row.conflicts_there,
    clock_ahead_ms: row.clock_ahead_ms,
    version: row.version,
    disk_free_bytes: row.disk_free_bytes,
  }
}

function stateOf({ revoked_at, credential, seen_at }: Row, now: number): FleetStation['state'] {
  if (revoked_at !== null) return 'revoked'
  if (!credential) return 'waiting_for_code'
  return seen_at !== null && now - seen_at <= SILENT_MS ? 'in_touch' : 'silent'
}
