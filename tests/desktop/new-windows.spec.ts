import { expect, test } from '@playwright/test'

import { type DesktopApp, openDesktop } from './app.ts'

let app: DesktopApp
test.beforeAll(async () => {
  app = await openDesktop()
})
test.afterAll(() => app.end())

test('no second window opens; the documentation opens in the system’s browser', async () => {
  const page = await app.firstWindow()
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = (url) => Promise.resolve(void opened.push(url))
  })
  await page.evaluate(() => {
    for (const to of ['https://example.com/', '/v2/batches', '/docs', '/docs/../v2/batches']) open(to)
    const link = { href: '/openapi.json', target: '_blank', rel: 'noopener' }
    const made = Object.assign(document.createElement('a'), link)
    document.body.append(made)
    made.click()
  })
  const opened = () => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
  await expect.poll(opened).toEqual([`${app.url}/docs`, `${app.url}/openapi.json`])
  await expect.poll(() => app.windows().length).toBe(1)
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})
