import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openDatabase, type ReadableDb } from '../../src/main/store/database.ts'
import { sql } from '../../src/main/store/sql.ts'
import { type RunningStation, startStation, temporaryFolder } from '../support/process.ts'

const ROUNDS = 5
const WRITERS = 8

/** What the outside was told: the only truth that counts after the power came back. */
interface Ledger {
  /** Numbers whose creation was answered, and that nobody was asked to change since. */
  readonly there: Set<string>
  /** Numbers whose renaming or deletion was answered. */
  readonly gone: Set<string>
}

/** Creates, renames and deletes batches until the station dies under it; what is unanswered is in neither set. */
async function write(station: RunningStation, writer: string, ledger: Ledger): Promise<void> {
  try {
    for (let n = 0; ; n++) {
      const number = `${writer}-${n}`
      expect((await station.call('POST', '/v2/batches', { number })).status).toBe(200)
      ledger.there.add(number)
      if (n % 3 === 0) continue
      ledger.there.delete(number)
      const deletes = n % 3 === 1
      const answer = deletes
        ? await station.call('DELETE', `/v2/batches/${number}`)
        : await station.call('PATCH', `/v2/batches/${number}`, { new_number: `${number}.r` })
      expect(answer.status).toBe(200)
      ledger.gone.add(number)
      if (!deletes) ledger.there.add(`${number}.r`)
    }
  } catch (error) {
    // fetch says TypeError when the other side is gone; anything else is a finding.
    if (!(error instanceof TypeError)) throw error
  }
}

function numbersOf(db: ReadableDb): Set<string> {
  return new Set(db.all<{ number: string }>(sql`SELECT number FROM batches`).map(({ number }) => number))
}

/** The rows that the journal alone accounts for. */
function replay(db: ReadableDb): Set<string> {
  const names = new Map<string, string>()
  for (const { operation } of db.each<{ operation: string }>(
    sql`SELECT operation FROM journal ORDER BY local_id`,
  )) {
    const { type, id, number } = JSON.parse(operation) as { type: string; id: string; number: string }
    if (type === 'batch.delete') names.delete(id)
    else names.set(id, number)
  }
  return new Set(names.values())
}

test(
  'a station that loses its power under load has everything it answered, and rows that its journal accounts for',
  { timeout: 240_000 },
  async () => {
    const folder = temporaryFolder()
    const ledger: Ledger = { there: new Set(), gone: new Set() }
    for (let round = 0; round < ROUNDS; round++) {
      const station = await startStation(folder)
      const before = ledger.there.size
      const writers = Array.from({ length: WRITERS }, (_, w) => write(station, `R${round}W${w}`, ledger))
      // Killed in the middle of writing, at another moment each round: after so many answers, not after so much time.
      while (ledger.there.size < before + 60 + 37 * round)
        await station.call('GET', '/health').catch(() => undefined)
      station.process.kill('SIGKILL')
      await Promise.all([...writers, station.ended])

      const db = openDatabase(join(folder, 'lotkeeper.db'))
      const numbers = numbersOf(db)
      expect([...ledger.there].filter((number) => !numbers.has(number))).toEqual([])
      expect([...ledger.gone].filter((number) => numbers.has(number))).toEqual([])
      expect(replay(db)).toEqual(numbers)
      expect(db.all(sql`PRAGMA integrity_check`)).toEqual([{ integrity_check: 'ok' }])
      expect(db.all(sql`PRAGMA foreign_key_check`)).toEqual([])
      db.close()
    }
    const last = await startStation(folder)
    expect((await last.call('GET', `/v2/batches/${[...ledger.there].at(-1)}`)).status).toBe(200)
    expect((await last.stop()).code).toBe(0)
  },
)
