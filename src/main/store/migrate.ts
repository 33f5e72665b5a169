import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { assets } from '../assets.ts'
import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** Numbered sentences, forward only: `0001-station.sql`. The number reached is the database's `user_version`. */
const FOLDER = assets.migrations

export type MigrationResult =
  | { readonly kind: 'current'; readonly version: number; readonly from: number }
  /** Written by a newer Lotkeeper: not touched. */
  | { readonly kind: 'newer'; readonly version: number; readonly known: number }

/** Brings a database to the newest version this program knows, each step in its own transaction. */
export function migrate(database: Database, upTo = Number.POSITIVE_INFINITY): MigrationResult {
  const known = knownVersion()
  const from = schemaVersion(database)
  if (from > known) return { kind: 'newer', version: from, known }
  for (const step of allSteps()) {
    if (step.version <= from || step.version > upTo) continue
    const text = readFileSync(join(FOLDER, step.name), 'utf8')
    database.execute(`BEGIN IMMEDIATE;\n${text}\nPRAGMA user_version = ${step.version};\nCOMMIT;`)
  }
  return { kind: 'current', version: schemaVersion(database), from }
}

function allSteps(): { readonly name: string; readonly version: number }[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .toSorted()
    .map((name) => ({ name, version: Number(name.slice(0, 4)) }))
}

/** The newest version this program knows. */
export const knownVersion = () => allSteps().at(-1)!.version

export function schemaVersion(database: Database): number {
  return database.one<{ user_version: number }>(sql`PRAGMA user_version`)!.user_version
}
