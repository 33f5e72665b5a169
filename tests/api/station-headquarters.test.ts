import { expect, test } from 'vitest'

import type { WaitingOperation } from '../../src/model/headquarters.ts'
import type { Page } from '../../src/model/page.ts'
import { START, openStation } from '../support/station.ts'

test('a station without headquarters says so', async () => {
  const station = await openStation()
  expect(await station.done('GET', '/station/headquarters')).toEqual({ url: null, by_settings: false })
})

test('only a user key enrols, with an address and a code', async () => {
  const station = await openStation()
  const good = { url: 'https://hq.example/', code: 'SQ72-9G4J' }
  const enroll = async (body: object, key: 'user' | 'station' = 'user') => {
    const { status, text } = await station.call('POST', '/station/headquarters', { body, key })
    return [status, text] as const
  }
  expect((await enroll(good, 'station'))[0]).toBe(403)
  const [status, text] = await enroll(good)
  expect(status).toBe(409)
  expect(JSON.parse(text)).toEqual({
    code: 'CONFLICT',
    message: 'This station was opened without a way to headquarters',
    reason: 'no_line',
  })
  for (const url of ['', 'hq.example', 'ftp://hq.example/', 'javascript:alert(1)', 7]) {
    const [status, text] = await enroll({ ...good, url })
    expect(status, String(url)).toBe(400)
    expect(text).toContain('Address must be a URL with http:// or https://')
  }
  expect((await enroll({ ...good, code: ' ' }))[0]).toBe(400)
})

test('what waits is listed whole, page by page, the oldest first', async () => {
  const station = await openStation()
  for (const number of ['B-1', 'B-2', 'B-3']) await station.done('POST', '/v2/batches', { body: { number } })
  await station.done('POST', '/v2/batches', { body: { number: 'B-4' }, key: 'station' })
  const numbers: unknown[] = []
  const authors: unknown[] = []
  let cursor: number | null = 0
  while (cursor !== null) {
    const page: Page<WaitingOperation> = await station.done('GET', `/station/outbox?limit=3&cursor=${cursor}`)
    numbers.push(...page.data.map(({ operation }) => operation['number']))
    authors.push(...page.data.map(({ by }) => by))
    expect(page.data[0]).toMatchObject({ at: START, seal: null, operation: { type: 'batch.create' } })
    cursor = page.meta.next_cursor
  }
  expect(numbers).toEqual(['B-1', 'B-2', 'B-3', 'B-4'])
  expect(authors).toEqual(['Ada', 'Ada', 'Ada', 'Line 1'])
  expect((await station.call('GET', '/station/outbox', { key: 'station' })).status).toBe(403)
})

test('a batch that nothing was joined into says so, and so does one that is not there', async () => {
  const station = await openStation()
  const { id } = await station.done('POST', '/v2/batches', { body: { number: 'B-1' } })
  expect(await station.done('GET', `/station/joined?id=${id}`)).toEqual({ data: [] })
  expect(await station.done('GET', '/station/joined?id=other')).toEqual({ data: [] })
})
