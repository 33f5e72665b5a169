import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from '@playwright/test'

import { type Desk, openDesk, openPage, startStation, surfaces, verdictOf } from './desk.ts'
import { scan } from './scanner.ts'

for (const surface of surfaces)
  test.describe(`a script at work, seen in the ${surface}`, () => {
    let desk: Desk
    test.beforeAll(async ({ browser }) => {
      desk = await openDesk(surface, browser)
      await desk.ask('POST', '/v2/batches', { number: 'FIRST' })
    })
    test.afterAll(() => desk.end())

    test('what it makes comes to the screen by itself', async () => {
      const { page } = desk
      await expect(page.getByRole('link', { name: 'FIRST' })).toBeVisible()
      for (let i = 0; i < 5; i++) {
        await desk.ask('POST', '/v2/batches', { number: `LIVE-${i}` })
        await expect(page.getByRole('link', { name: `LIVE-${i}` })).toBeVisible()
      }
    })

    test('what it makes does not move the row under a finger', async () => {
      const { page } = desk
      for (let i = 0; i < 120; i++) await desk.ask('POST', '/v2/batches', { number: `ROW-${i}` })
      await expect(page.getByText('126 batches')).toBeVisible()
      const list = page.locator('.long-list')
      await list.hover()
      await page.mouse.wheel(0, 56 * 30)
      const row = page.getByRole('link', { name: 'ROW-85', exact: true })
      await expect(row).toBeVisible()
      const before = await row.boundingBox()
      for (let i = 0; i < 7; i++) await desk.ask('POST', '/v2/batches', { number: `ABOVE-${i}` })
      await expect(page.getByText('133 batches')).toBeVisible()
      await expect(row).toBeVisible()
      const after = await row.boundingBox()
      expect(Math.abs(after!.y - before!.y)).toBeLessThan(2)
      await page.keyboard.press('Home')
    })
  })

test('of the second until a change is seen, the page itself waits 400 ms at most: the rest is two requests', async ({
  browser,
}) => {
  const desk = await openDesk('browser', browser)
  const { page } = desk
  await desk.ask('POST', '/v2/batches', { number: 'FIRST' })
  await expect(page.getByRole('link', { name: 'FIRST' })).toBeVisible()
  // From here on no timer of the page runs by itself.
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 60_000)
  await page.clock.runFor(1_000)
  const answered = (path: string) => page.waitForResponse((response) => response.url().includes(path))
  const makeAndSee = async (number: string, wait_ms: number) => {
    const told = answered('/station/changes')
    const read = answered('/v2/batches?')
    await desk.ask('POST', '/v2/batches', { number })
    await page.clock.runFor(wait_ms)
    await (await told).finished()
    // What is handed from one part of the page to the next goes over timers of no length.
    await page.clock.runFor(1)
    await (await read).finished()
    await expect
      .poll(async () => {
        await page.clock.runFor(0)
        return page.getByRole('link', { name: number }).isVisible()
      })
      .toBe(true)
  }
  await makeAndSee('AT-ONCE', 0)
  await makeAndSee('AFTER-A-PAUSE', 400)
  await desk.end()
})

test('a station that goes away is missed and found again, and nothing said in between is lost', async ({
  browser,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-e2e-'))
  const first = await startStation(folder)
  const page = await openPage(browser, first)
  await page.getByRole('button', { name: 'New batch' }).click()
  await page.getByLabel('Batch number').fill('BEFORE')
  await page.getByRole('button', { name: 'Create batch' }).click()
  await expect(verdictOf(page)).toContainText('is created')
  // As a power cut takes it: no goodbye.
  await first.stop('SIGKILL')
  await expect(page.getByTestId('chip')).toHaveText('The station does not answer', { timeout: 10_000 })
  await scan(page, 'SN-1')
  await expect(verdictOf(page)).toContainText('Stopped The station does not answer')

  const again = await startStation(folder, Number(new URL(first.url).port))
  await expect(page.getByTestId('chip')).toContainText('Kept on this PC', { timeout: 10_000 })
  await scan(page, 'BEFORE')
  await expect(verdictOf(page)).toContainText('Batch BEFORE is already open')
  await page.context().close()
  await again.stop()
  rmSync(folder, { recursive: true })
})
