import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { beat } from '../../src/central/store/replies.ts'
import { sql } from '../../src/central/store/sql.ts'
import {
  type CentralUnderTest,
  emptyDatabase,
  openCentral,
  openDatabase,
  stopServer,
} from '../support/central.ts'
import { type Delivery, START } from '../support/station.ts'

const MINUTE = 60_000

let db: Database
let central: CentralUnderTest
beforeAll(async () => {
  db = await openDatabase('postgres')
}, 60_000)
afterAll(async () => {
  await db.close()
  stopServer()
})
beforeEach(async () => {
  await emptyDatabase(db)
  central = await openCentral(db)
  await alive('first')
})

/** The process was heard of just now. */
const alive = (run: string, at = Date.parse(START)) => beat(db, run, run, at)

const create = (
  at: Pick<CentralUnderTest, 'call'>,
  number: string,
  delivery: Delivery,
  headers: Record<string, string> = {},
) => at.call('POST', '/v2/batches', { body: { number }, delivery, headers })

const changes = async () =>
  (
    await db.rows<{ type: string }>(
      sql`SELECT entry #>> '{operation,type}' AS type FROM commits ORDER BY seq`,
    )
  ).map(({ type }) => type)

describe('one process', () => {
  test.each(['lost', 'pending'] as const)(
    'an answer that is lost, and then %s, is given again, and nothing is changed',
    async (delivery) => {
      const first = await create(central, 'A', 'lost')
      expect(await create(central, 'A', delivery)).toMatchObject({ status: 200, text: first.text })
      expect((await create(central, 'A', 'delivered')).text).toBe(first.text)
      expect(await changes()).toEqual(['station.create', 'batch.create'])
    },
  )

  test('a client that has its answer and asks again means it: 409', async () => {
    const first = (await create(central, 'A', 'delivered')).json as { id: string }
    expect(await create(central, 'A', 'delivered')).toMatchObject({
      status: 409,
      json: { existing_id: first.id },
    })
  })

  test('a client that got the repeated answer and asks again means it: 409', async () => {
    await create(central, 'A', 'lost')
    expect(await create(central, 'A', 'delivered')).toMatchObject({ status: 200 })
    expect(await create(central, 'A', 'delivered')).toMatchObject({ status: 409 })
  })

  test('another key or another body is another request', async () => {
    await create(central, 'A', 'lost')
    const call = (options: object) =>
      central.call('POST', '/v2/batches', { body: { number: 'A' }, ...options })
    expect(await call({ key: 'station' })).toMatchObject({ status: 409 })
    expect(await call({ body: { number: 'a' } })).toMatchObject({ status: 409 })
  })

  test('doubt ends after ten minutes', async () => {
    await create(central, 'A', 'lost')
    central.pass(10 * MINUTE)
    expect(await create(central, 'A', 'lost')).toMatchObject({ status: 200 })
    central.pass(1)
    expect(await create(central, 'A', 'lost')).toMatchObject({ status: 409 })
  })

  test('a refusal is never remembered', async () => {
    await create(central, 'A', 'delivered')
    expect(await create(central, 'A', 'lost')).toMatchObject({ status: 409 })
    await central.done('DELETE', '/v2/batches/A')
    expect(await create(central, 'A', 'lost')).toMatchObject({ status: 200 })
  })

  test('a lost rename and a lost delete are answered again too', async () => {
    await central.done('POST', '/v2/batches', { body: { number: 'A' } })
    for (const [method, target, body] of [
      ['PATCH', '/v2/batches/A', { new_number: 'B' }],
      ['DELETE', '/v2/batches/B', undefined],
    ] as const) {
      const first = await central.call(method, target, { body, delivery: 'lost' })
      expect(await central.call(method, target, { body })).toMatchObject({ status: 200, text: first.text })
    }
    expect((await changes()).slice(1)).toEqual(['batch.create', 'batch.rename', 'batch.delete'])
  })

  test('two at once are one and a 409, and the second takes nothing with it', async () => {
    const answers = await Promise.all([create(central, 'A', 'pending'), create(central, 'A', 'pending')])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('what was seen delivered, and what is old, is forgotten', async () => {
    const kept = async () => (await db.rows<{ n: number }>(sql`SELECT count(*) AS n FROM replies`))[0]!.n
    await create(central, 'A', 'delivered')
    await create(central, 'B', 'lost')
    await create(central, 'C', 'delivered', { 'idempotency-key': 'once' })
    await central.retries.flush()
    expect(await kept()).toBe(2)
    central.pass(10 * MINUTE + 1)
    await central.retries.flush()
    expect(await kept()).toBe(1)
    central.pass(24 * 60 * MINUTE)
    await central.retries.flush()
    expect(await kept()).toBe(0)
  })
})

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'once' }

  test('is answered the same for a day, delivered or not, by any process', async () => {
    const first = await create(central, 'A', 'delivered', key)
    central.pass(24 * 60 * MINUTE)
    for (const process of [central, central.startProcess('second')])
      expect(await create(process, 'A', 'delivered', key)).toMatchObject({ status: 200, text: first.text })
    central.pass(1)
    expect(await create(central, 'A', 'delivered', key)).toMatchObject({ status: 409 })
  })

  test('stands for one request', async () => {
    await create(central, 'A', 'delivered', key)
    expect(await create(central, 'B', 'delivered', key)).toMatchObject({
      status: 422,
      json: { code: 'UNPROCESSABLE_CONTENT', message: expect.stringContaining('Idempotency-Key') as unknown },
    })
    const by_station = { key: 'station', body: { number: 'B' }, headers: key }
    expect(await central.call('POST', '/v2/batches', by_station)).toMatchObject({ status: 200 })
  })
})

describe('several processes', () => {
  test('a lost answer is given again by whichever is asked', async () => {
    const second = central.startProcess('second')
    await alive('second')
    const first = await create(central, 'A', 'lost')
    await central.retries.flush()
    expect(await create(second, 'A', 'lost')).toMatchObject({ status: 200, text: first.text })
    await second.retries.flush()
    expect(await create(central, 'A', 'delivered')).toMatchObject({ status: 200, text: first.text })
    await central.retries.flush()
    expect(await create(second, 'A', 'delivered')).toMatchObject({ status: 409 })
  })

  test('what a living process may still see delivered is a 409 at another', async () => {
    await create(central, 'A', 'pending')
    const second = central.startProcess('second')
    expect(await create(second, 'A', 'delivered')).toMatchObject({ status: 409 })
  })

  test('what a process that is gone could not see delivered is in doubt', async () => {
    const first = await create(central, 'A', 'pending')
    // The same place, started anew; and one that was not heard of for a while.
    await beat(db, 'first', 'second', Date.parse(START))
    expect(await create(central.startProcess('second'), 'A', 'pending')).toMatchObject({ text: first.text })
    await alive('third', Date.parse(START) + 31_000)
    expect(await create(central.startProcess('third'), 'A', 'delivered')).toMatchObject({ text: first.text })
  })
})

test('a memory that is resumed twice draws ids that stand already: the write is refused in words, and never taken for the one that stands', async () => {
  const drawn = central.redraw()
  const first = (await create(central, 'A', 'delivered')).json
  central.redraw(drawn)
  expect(await create(central, 'B', 'delivered')).toMatchObject({
    status: 409,
    json: { message: 'Batch could not be made: its id stands at another one already. Make it again' },
  })
  expect(await create(central, 'B', 'delivered')).toMatchObject({ status: 200 })
  const { data } = await central.done<{ data: { id: string; number: string }[] }>('GET', '/v2/batches')
  expect(data.map(({ number }) => number)).toEqual(['B', 'A'])
  expect(data[1]).toMatchObject(first as object)
})
