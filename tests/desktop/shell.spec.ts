import { expect, test } from '@playwright/test'

import { type DesktopApp, openDesktop } from './app.ts'

let app: DesktopApp
test.beforeAll(async () => {
  app = await openDesktop()
})
test.afterAll(() => app.end())

test('the page and a script get the same answers from the same API', async () => {
  for (const path of [
    '/health',
    '/v2/batches',
    '/api/v2/batches?limit=1',
    '/v2/users/current',
    '/v2/nothing',
  ]) {
    const outside = await app.ask('GET', path)
    expect(await app.askInPage('GET', path), path).toEqual(outside)
  }
})

test('what the page writes is made by the first user, without a key in the page', async () => {
  const made = await app.askInPage('POST', '/v2/batches', { number: 'FROM-PAGE' })
  expect(made.status).toBe(200)
  const seen = JSON.parse((await app.ask('GET', '/v2/batches')).text) as {
    data: { number: string; created_by_user: { name: string } | null }[]
  }
  expect(seen.data[0]).toMatchObject({ number: 'FROM-PAGE', created_by_user: { name: 'Operator' } })
})
