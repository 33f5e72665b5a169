import { expect, test } from 'vitest'

import { rowsOf } from '../support/scenario.ts'
import { type Delivery, type StationUnderTest, openStation } from '../support/station.ts'

const MINUTE = 60_000

function post(
  station: StationUnderTest,
  number: string,
  delivery: Delivery,
  headers: Record<string, string> = {},
) {
  return station.call('POST', '/v2/batches', { body: { number }, delivery, headers })
}

test.each(['lost', 'pending'] as const)(
  'an answer that is %s is given again, and nothing is written',
  async (delivery) => {
    const station = await openStation()
    const first = await post(station, 'A', 'lost')
    const second = await post(station, 'A', delivery)
    expect(second).toMatchObject({ status: 200, text: first.text })
    expect((await post(station, 'A', 'delivered')).text).toBe(first.text)
    expect(rowsOf(station)).toMatchObject({ batches: ['A (0)'], journal: ['batch.create'] })
  },
)

test('a client that has its answer and asks again means it: 409', async () => {
  const station = await openStation()
  const first = (await post(station, 'A', 'delivered')).json as { id: string }
  expect(await post(station, 'A', 'delivered')).toMatchObject({
    status: 409,
    json: { existing_id: first.id },
  })
})

test('a client that got the repeated answer and asks again means it: 409', async () => {
  const station = await openStation()
  await post(station, 'A', 'lost')
  expect(await post(station, 'A', 'delivered')).toMatchObject({ status: 200 })
  expect(await post(station, 'A', 'delivered')).toMatchObject({ status: 409 })
})

test.each([
  ['another key', { key: 'station' }, {}],
  ['another body', { body: { number: 'a' } }, {}],
  ['another mount', {}, { target: '/api/v2/batches' }],
])('%s is another request: 409', async (_, options, { target = '/v2/batches' }: { target?: string }) => {
  const station = await openStation()
  await post(station, 'A', 'lost')
  expect(await station.call('POST', target, { body: { number: 'A' }, ...options })).toMatchObject({
    status: 409,
  })
})

test('doubt ends after ten minutes', async () => {
  const station = await openStation()
  await post(station, 'A', 'lost')
  station.pass(10 * MINUTE)
  expect(await post(station, 'A', 'lost')).toMatchObject({ status: 200 })
  station.pass(10 * MINUTE + 1)
  expect(await post(station, 'A', 'lost')).toMatchObject({ status: 409 })
})

test('what the last process could not see delivered is still in doubt after a restart', async () => {
  const station = await openStation()
  const first = await post(station, 'A', 'pending')
  await station.restart()
  expect(await post(station, 'A', 'delivered')).toMatchObject({ status: 200, text: first.text })
})

test('what was delivered before a restart is not', async () => {
  const station = await openStation()
  await post(station, 'A', 'delivered')
  // The next write clears what was delivered.
  await post(station, 'B', 'delivered')
  await station.restart()
  expect(await post(station, 'A', 'delivered')).toMatchObject({ status: 409 })
})

test('a refusal is never remembered', async () => {
  const station = await openStation()
  await post(station, 'A', 'delivered')
  expect(await post(station, 'A', 'lost')).toMatchObject({ status: 409 })
  await station.done('DELETE', '/v2/batches/A')
  expect(await post(station, 'A', 'lost')).toMatchObject({ status: 200 })
})

test('a lost rename and a lost delete are answered again too', async () => {
  const station = await openStation()
  await station.done('POST', '/v2/batches', { body: { number: 'A' } })
  for (const [method, target, body] of [
    ['PATCH', '/v2/batches/A', { new_number: 'B' }],
    ['DELETE', '/v2/batches/B', undefined],
  ] as const) {
    const first = await station.call(method, target, { body, delivery: 'lost' })
    expect(await station.call(method, target, { body })).toMatchObject({ status: 200, text: first.text })
  }
  expect(rowsOf(station).journal).toEqual(['batch.create', 'batch.rename', 'batch.delete'])
})

test('an Idempotency-Key is answered the same for a day, delivered or not', async () => {
  const station = await openStation()
  const key = { 'idempotency-key': 'once' }
  const first = await post(station, 'A', 'delivered', key)
  station.pass(24 * 60 * MINUTE)
  expect(await post(station, 'A', 'delivered', key)).toMatchObject({ status: 200, text: first.text })
  await station.restart()
  expect(await post(station, 'A', 'delivered', key)).toMatchObject({ status: 200, text: first.text })
  station.pass(1)
  expect(await post(station, 'A', 'delivered', key)).toMatchObject({ status: 409 })
})

test('an Idempotency-Key stands for one request', async () => {
  const station = await openStation()
  const key = { 'idempotency-key': 'once' }
  await post(station, 'A', 'delivered', key)
  expect(await post(station, 'B', 'delivered', key)).toMatchObject({
    status: 422,
    json: { code: 'UNPROCESSABLE_CONTENT', message: expect.stringContaining('Idempotency-Key') },
  })
  const other = await station.call('POST', '/v2/batches', {
    key: 'station',
    body: { number: 'B' },
    headers: key,
  })
  expect(other.status).toBe(200)
})

test('an Idempotency-Key that was only refused is free', async () => {
  const station = await openStation()
  await post(station, 'A', 'delivered')
  const key = { 'idempotency-key': 'once' }
  expect(await post(station, 'A', 'delivered', key)).toMatchObject({ status: 409 })
  expect(await post(station, 'B', 'delivered', key)).toMatchObject({ status: 200 })
})

test('writes of one turn share a commit, and one that is refused takes nothing with it', async () => {
  const station = await openStation()
  const { version } = station.store.commits
  const answers = await Promise.all(
    ['A', 'a', 'B', 'b', 'C'].map((number) => post(station, number, 'delivered')),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 409, 200, 409, 200])
  expect(rowsOf(station).batches).toEqual(['A (0)', 'B (0)', 'C (0)'])
  expect(station.store.commits.version).toBe(version + 1)
})

test('a memory that is resumed twice draws an id that stands already: the write is refused in words, changes nothing, and may be tried again', async () => {
  const station = await openStation()
  const drawn = station.redraw()
  const { id } = await station.done('POST', '/v2/batches', { body: { number: 'A' } })
  station.redraw(drawn)
  const { status, json } = await station.call('POST', '/v2/batches', { body: { number: 'B' } })
  expect(status).toBe(409)
  expect(json).toMatchObject({
    code: 'CONFLICT',
    message: 'Batch could not be made: its id stands at another one already. Make it again',
  })
  await station.done('POST', '/v2/batches', { body: { number: 'B' } })
  const { data } = await station.done<{ data: { id: string; number: string }[] }>('GET', '/v2/batches')
  expect(data.map(({ number }) => number)).toEqual(['B', 'A'])
  expect(data.find(({ number }) => number === 'A')!.id).toBe(id)
})
