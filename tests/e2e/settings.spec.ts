import { expect, test } from '@playwright/test'

import type { Bridge } from '../../src/model/bridge.ts'
import { CALIBRATION_TEXTS } from '../../src/renderer/scanner/calibrate.ts'
import { type Desk, openDesk, openPage, surfaces, verdictOf } from './desk.ts'
import { scan } from './scanner.ts'

for (const surface of surfaces)
  test.describe(`settings in the ${surface}`, () => {
    let desk: Desk
    test.beforeAll(async ({ browser }) => {
      desk = await openDesk(surface, browser)
      await desk.ask('POST', '/v2/batches', { number: 'LOT-7' })
    })
    test.afterAll(() => desk.end())
    test.beforeEach(() => desk.page.getByRole('link', { name: /Settings|Optionen/ }).click())

    test('a slow scanner is taught by two barcodes and then understood', async () => {
      const { page } = desk
      await page.getByRole('button', { name: 'Teach the scanner' }).click()
      await expect(page.getByRole('img', { name: 'Calibration barcode 1' })).toBeVisible()
      await expect.poll(async () => (await scannerOf(desk)).gap_ms).toBe(200)
      await scan(page, `+${CALIBRATION_TEXTS[0]}`, { layout: 'german', pause_ms: 60 })
      await expect(page.getByRole('img', { name: 'Calibration barcode 2' })).toBeVisible()
      await scan(page, `+${CALIBRATION_TEXTS[1]}`, { layout: 'german', pause_ms: 60 })
      await expect(verdictOf(page)).toContainText('Learnt')
      expect(await scannerOf(desk)).toMatchObject({ prefix: '+', gap_ms: 120, taught: {} })
      await scan(page, '+LOT-7', { layout: 'german', pause_ms: 60 })
      await expect(verdictOf(page)).toContainText('Batch LOT-7 is open')
    })

    test('leaving the lesson early leaves everything as it was', async () => {
      const { page } = desk
      const before = await scannerOf(desk)
      await page.getByRole('button', { name: 'Teach the scanner' }).click()
      await expect.poll(async () => (await scannerOf(desk)).gap_ms).toBe(200)
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
      await expect.poll(() => scannerOf(desk)).toEqual(before)
    })

    test('the name of the station stands at the top, and at what it makes', async () => {
      const { page } = desk
      await page.getByLabel('Name of this station').fill('Press 4')
      await page.getByRole('button', { name: 'Save' }).click()
      await expect(page.getByRole('banner')).toContainText('Press 4')
    })

    test('starting with the PC and filling the screen are there in the window, and nowhere else', async () => {
      const { page } = desk
      await expect(page.getByRole('region', { name: 'Scanner' })).toBeVisible()
      const card = page.getByRole('region', { name: 'Window', exact: true })
      if (surface === 'browser') return expect(card).toHaveCount(0)
      const shell = () =>
        page.evaluate(() => (globalThis as unknown as { lotkeeper: Bridge }).lotkeeper.getShellSettings())
      for (const [words, name] of [
        ['Start with this PC', 'start_with_system'],
        ['Fill the screen, for this work alone', 'kiosk'],
      ] as const)
        for (const on of [true, false]) {
          await card.getByText(words).click()
          await expect(card.getByRole('checkbox', { name: words })).toBeChecked({ checked: on })
          expect(await shell()).toMatchObject({ settings: { [name]: on } })
        }
    })

    test('language and colours count at once, and for every screen of this PC', async ({ browser }) => {
      const { page } = desk
      await page.getByRole('button', { name: /Colours/ }).click()
      await page.getByRole('option', { name: 'Dark' }).click()
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
      await page.getByRole('button', { name: /Language/ }).click()
      await page.getByRole('option', { name: 'Deutsch' }).click()
      await expect(page.getByRole('heading', { name: 'Optionen' })).toBeVisible()
      await expect(page.locator('html')).toHaveAttribute('lang', 'de')

      const other = await openPage(browser, desk)
      await expect(other.getByRole('link', { name: 'Optionen' })).toBeVisible()
      await expect(other.locator('html')).toHaveAttribute('data-theme', 'dark')
      await other.context().close()
    })
  })

async function scannerOf(desk: Desk): Promise<{ gap_ms: number; prefix: string }> {
  const { scanner } = await desk.ask<{ scanner: { gap_ms: number; prefix: string } }>(
    'GET',
    '/station/settings',
  )
  return scanner
}
