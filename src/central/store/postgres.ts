import pg from 'pg'

import { CHANNEL, type Copy, type Database, type Queryable, type Transaction } from './database.ts'
import { bytesOf, copyOf, type Filling } from './filling.ts'
import { copyPostgres, openPostgresCopy } from './pg-copy.ts'
import { type Query, textOf, valuesOf } from './sql.ts'

/** Connections of one process. A plant's database has about a hundred in all. */
const CONNECTIONS_MAX = 12
const LISTEN_AGAIN_MS = 2_000

/** All our 64-bit numbers are counts and times that a double holds exactly. */
const types = {
  getTypeParser: ((id: number, format?: 'text'): unknown =>
    id === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
}

/** @param onTrouble hears of lost connections, which mend themselves */
export function connectPostgres(url: string, onTrouble: (error: Error) => void): Database {
  const settings = { connectionString: url, application_name: 'lotkeeper', types }
  const pool = new pg.Pool({
    ...settings,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  pool.on('error', onTrouble)

  async function inTransaction<Result>(
    begin: string,
    work: (tx: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      await client.query(begin)
      const result = await work({ ...queryable(client), fill: (fillings) => fill(client, fillings) })
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch((lost: Error) => (broken = lost))
      throw error
    } finally {
      client.release(broken)
    }
  }

  const hints = listenForHints(settings, onTrouble)
  return {
    kind: 'postgres',
    ...queryable(pool),
    transaction: (work) => inTransaction('BEGIN', work),
    snapshot: (work) => inTransaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    onHint: (listener) => hints.onHint(listener),
    copyTo: (file) => copyPostgres(queryable(pool), url, file),
    openCopy: (file) => openPostgresCopy(queryable(pool), url, file, connectOnce),
    async close() {
      await hints.close()
      await pool.end()
    },
  }
}

/** One connection, as `Queryable`. */
async function connectOnce(url: string): Promise<Copy> {
  const client = new pg.Client({ connectionString: url, application_name: 'lotkeeper', types })
  client.on('error', () => {})
  await client.connect()
  return { ...queryable(client), close: () => client.end() }
}

const queryable = (client: pg.Pool | pg.PoolClient | pg.Client): Queryable => ({
  rows: async <Row>(query: Query) =>
    (await client.query({ text: textOf(query), values: valuesOf(query) })).rows as Row[],
  script: async (text) => void (await client.query(text)),
})

interface CopyingConnection extends pg.Connection {
  sendCopyFromChunk(bytes: Buffer): void
  endCopyFrom(): void
}

/** All that is to be copied is sent behind the statements that ask for it: what comes of a statement that failed, PostgreSQL passes over. */
class Copying extends pg.Query {
  override submit: (connection: pg.Connection) => void

  constructor(fillings: readonly Filling[], done: (error: Error | undefined) => void) {
    super('', done)
    const text = fillings.map((filling) => copyOf(filling, 'STDIN')).join('; ')
    const pieces = fillings.map(bytesOf)
    this.submit = (connection) => {
      const { stream } = connection
      const copying = connection as CopyingConnection
      stream.cork()
      connection.query(text)
      for (const bytes of pieces) {
        copying.sendCopyFromChunk(bytes)
        copying.endCopyFrom()
      }
      stream.uncork()
    }
  }

  /** Nothing is waited for. */
  handleCopyInResponse(): void {}
}

async function fill(client: pg.ClientBase, fillings: readonly Filling[]): Promise<void> {
  if (fillings.length === 0) return
  await new Promise<void>((resolve, reject) => {
    client.query(new Copying(fillings, (error) => (error ? reject(error) : resolve())))
  })
}

/** A connection of its own that listens, begun when somebody wants to hear and again whenever it is lost. */
function listenForHints(settings: pg.ClientConfig, onTrouble: (error: Error) => void) {
  const listeners = new Set<() => void>()
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function connect(): void {
    timer = undefined
    const mine = new pg.Client({ ...settings, keepAlive: true })
    client = mine
    const lost = (error?: Error) => {
      if (client !== mine) return
      client = undefined
      if (error && !closed) onTrouble(error)
      void mine.end().catch(() => undefined)
      if (!closed) timer = setTimeout(connect, LISTEN_AGAIN_MS)
    }
    mine.on('error', lost)
    mine.on('end', () => lost())
    mine.on('notification', () => {
      for (const listener of listeners) listener()
    })
    mine
      .connect()
      .then(() => mine.query(`LISTEN ${CHANNEL}`))
      .catch(lost)
  }

  return {
    onHint(listener: () => void) {
      listeners.add(listener)
      if (listeners.size === 1) connect()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      const open = client
      client = undefined
      await open?.end().catch(() => undefined)
    },
  }
}
