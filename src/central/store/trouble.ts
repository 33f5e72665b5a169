import { codeOf } from '../../host/problem.ts'
import type { Database } from './database.ts'

/** `full`: its disk takes nothing more. `away`: it is not there, refuses connections, or only reads. */
export type DatabaseTrouble = 'full' | 'away'

/** What keeps the database from working, if it is that: what was asked for may be asked for again. */
export function troubleOf(error: unknown): DatabaseTrouble | undefined {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  if (code === '53100') return 'full'
  const away =
    /^(08|53|57P|58|25006)/.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect/.test(message)
  return away ? 'away' : undefined
}

/** The same database, with somebody who hears what keeps it from working, whoever asked. */
export function overheard(db: Database, onTrouble: (error: Error) => void): Database {
  const heard = async <Result>(asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked
    } catch (error) {
      if (error instanceof Error && troubleOf(error) !== undefined) onTrouble(error)
      throw error
    }
  }
  return {
    ...db,
    rows: (query) => heard(db.rows(query)),
    transaction: (work) => heard(db.transaction(work)),
    snapshot: (work) => heard(db.snapshot(work)),
  }
}
