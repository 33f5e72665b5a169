import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { type Page, expect, test } from '@playwright/test'

import { openDatabase } from '../../src/main/store/database.ts'
import { sql } from '../../src/main/store/sql.ts'
import { type Desk, makePart, makeUnits, openDesk, surfaces, upload, verdictOf } from './desk.ts'
import { scan } from './scanner.ts'
import { type TestBench, openTestBench } from './test-bench.ts'

const unitRow = (page: Page, serial: string) =>
  page.locator('.unit-row').filter({ has: page.getByRole('link', { name: serial, exact: true }) })
const back = (page: Page) => page.getByRole('button', { name: 'Back' }).click()
/** As from a link in another program: the window leads nowhere else than into its own page. */
const goTo = (page: Page, place: string) => page.evaluate(`location.hash = '#/${place}'`)
interface Held {
  /** The page has asked. */
  asked(): Promise<void>
  letGo(): Promise<void>
}
/** The next thing that the page asks for at this address waits until it is let go. */
async function hold(page: Page, address: string): Promise<Held> {
  await page.evaluate(`{
    const ask = fetch
    globalThis.letGo = undefined
    fetch = (...of) => {
      if (!String(of[0]).includes(${JSON.stringify(address)})) return ask(...of)
      fetch = ask
      return new Promise((answer) => (globalThis.letGo = () => answer(ask(...of))))
    }
  }`)
  return {
    asked: () => expect.poll(() => page.evaluate('typeof letGo')).toBe('function'),
    letGo: () => page.evaluate('letGo()'),
  }
}
async function saved({ page }: Desk, name: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `Save the file ${name}` }).click(),
  ])
  expect(download.suggestedFilename()).toBe(name)
  await expect(verdictOf(page)).toHaveText(`Done The file ${name} is loaded and can be saved.`)
  return readFileSync(await download.path())
}

const DAY_MS = 86_400_000

for (const surface of surfaces)
  test.describe(`test runs in the ${surface}`, () => {
    test.describe.configure({ mode: 'serial' })
    let desk: Desk
    let bench: TestBench
    test.beforeAll(async ({ browser }) => {
      desk = await openDesk(surface, browser)
      await makePart(desk)
      bench = await openTestBench(desk)
    })
    test.afterAll(() => desk.end())

    test('a batch comes to be, fills and shows its yield while the bench tests', async () => {
      const { page } = desk
      await bench.report('SN-1', { batch: 'LOT-1', at: new Date(Date.now() - DAY_MS) })
      await page.getByRole('link', { name: 'LOT-1' }).click()
      const strip = page.getByRole('link', { name: 'First-pass yield' })
      await expect(strip).toContainText('100%')
      await expect(unitRow(page, 'SN-1')).toContainText('Passed')
      await bench.report('SN-2', { batch: 'LOT-1', outcome: 'FAIL' })
      await expect(strip).toContainText('50%')
      await expect(strip).toContainText('2 of 2 units tested')
      await expect(unitRow(page, 'SN-2')).toContainText('Failed')
      await makeUnits(desk, ['SN-3'], 'LOT-1')
      await expect(unitRow(page, 'SN-3')).toContainText('Not tested')
      await expect(strip).toContainText('2 of 3 units tested')
      await bench.report('SN-2', { batch: 'LOT-1' })
      // Passed now, but not at the first go.
      await expect(unitRow(page, 'SN-2')).toContainText('Passed')
      await expect(strip).toContainText('50%')
    })

    test('the yield is told by day, and by procedure where there are several', async () => {
      const { page } = desk
      await page.getByRole('link', { name: 'First-pass yield' }).click()
      await expect(page.getByRole('heading', { name: 'Yield of LOT-1' })).toBeVisible()
      const days = page.getByRole('table', { name: 'By day' }).getByRole('row')
      await expect(days).toHaveCount(3)
      await expect(days.nth(1)).toContainText('0% (0)')
      await expect(days.nth(2)).toContainText('100% (1)')
      await expect(page.getByRole('table', { name: 'By procedure' })).toHaveCount(0)
      await bench.report('SN-1', { procedure: 'Burn-in', outcome: 'ERROR' })
      const procedures = page.getByRole('table', { name: 'By procedure' })
      await expect(procedures.getByRole('row', { name: 'Burn-in' })).toContainText('0% (0)')
      await expect(procedures.getByRole('row', { name: 'FCT' })).toContainText('50% (1)')
      // A unit passed at the first go if every procedure says so.
      await expect(page.getByText('0 of 2 passed at the first go')).toBeVisible()
      await back(page)
      await expect(page.getByRole('heading', { name: 'LOT-1' })).toBeVisible()
    })

    test('a touch anywhere on a row opens the unit; Take out stays a button of its own', async () => {
      const { page } = desk
      await unitRow(page, 'SN-3').getByRole('button', { name: 'Take out SN-3' }).click()
      await expect(verdictOf(page)).toHaveText('Done Unit SN-3 is out of LOT-1.')
      await unitRow(page, 'SN-2').click({ position: { x: 420, y: 50 } })
      await expect(page.getByRole('heading', { name: 'SN-2', exact: true })).toBeVisible()
      const runs = page.getByRole('table', { name: 'Runs of SN-2' }).getByRole('row')
      await expect(runs).toHaveCount(3)
      // The newest first.
      await expect(runs.nth(1)).toContainText('Passed')
      await expect(runs.nth(1)).toContainText('FCT 2.4.1')
      await expect(runs.nth(1)).toContainText('42.5 secs')
      await expect(runs.nth(1)).toContainText('Operator')
      await expect(runs.nth(2)).toContainText('Failed')
    })

    test('a run says first what did not pass, then every phase with its values and limits', async () => {
      const { page } = desk
      await page.getByRole('table', { name: 'Runs of SN-2' }).getByRole('row').nth(2).click()
      const failed = page.getByRole('table', { name: '2 measurements did not pass' }).getByRole('row')
      await expect(failed).toHaveText([
        'MeasurementMeasuredLimitsOutcome',
        'Power up: Supply 3.3 V3.081 V3.2 to 3.4 VFailed',
        'Power up: Ripple310 mVat most 50 mVFailed',
      ])
      const phase = page.getByRole('table', { name: 'Power up', exact: true })
      await expect(phase.getByRole('row')).toHaveCount(7)
      const supply = phase.getByRole('row', { name: 'Supply 5 V' })
      await expect(supply).toContainText('4.75 to 5.25 V')
      const band = await supply.locator('.gauge-band').boundingBox()
      const value = await supply.locator('.gauge-value').boundingBox()
      expect(value!.x).toBeGreaterThan(band!.x)
      expect(value!.x + value!.width).toBeLessThan(band!.x + band!.width)
      await expect(phase.getByRole('row', { name: 'Firmware' })).toContainText('x == "2.4.1+build.77"')
      await expect(phase.getByRole('row', { name: 'Watchdog' })).toContainText('yes')
      await expect(page.getByText('Nothing was measured.')).toBeVisible()
    })

    test('Back leads to where one came from, step by step, and the list shows the unit again', async () => {
      const { page } = desk
      await back(page)
      await expect(page.getByRole('heading', { name: 'SN-2', exact: true })).toBeVisible()
      await page.reload()
      await expect(page.getByRole('heading', { name: 'SN-2', exact: true })).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(page.getByRole('heading', { name: 'LOT-1' })).toBeVisible()
      // Who comes from outside goes to the place above.
      await goTo(page, 'units/SN-2')
      await page.evaluate('history.replaceState(null, "")')
      await page.reload()
      await expect(page.getByRole('heading', { name: 'SN-2', exact: true })).toBeVisible()
      await back(page)
      await expect(page.getByRole('heading', { name: 'LOT-1' })).toBeVisible()
    })

    test('at a unit the scanner opens the next unit, and a batch its batch; elsewhere it offers to show the unit', async () => {
      const { page } = desk
      await scan(page, 'SN-1')
      await expect(verdictOf(page)).toContainText('already in LOT-1')
      await page.getByRole('button', { name: 'Show unit' }).click()
      await expect(page.getByRole('heading', { name: 'SN-1', exact: true })).toBeVisible()
      await scan(page, 'sn-2')
      await expect(verdictOf(page)).toHaveText('Done Unit SN-2 is open.')
      await expect(page.getByRole('heading', { name: 'SN-2', exact: true })).toBeVisible()
      await scan(page, 'SN-2')
      await expect(verdictOf(page)).toHaveText('Already Unit SN-2 is already open.')
      await scan(page, 'SN-3')
      await expect(page.getByText('No run of this unit has been reported yet.')).toBeVisible()
      await expect(page.getByText('in none')).toBeVisible()
      await back(page)
      await expect(page.getByRole('heading', { name: 'SN-2', exact: true })).toBeVisible()
      await scan(page, 'LOT-1')
      await expect(verdictOf(page)).toHaveText('Done Batch LOT-1 is open. Scan its units.')
      // In a batch a scan still moves units in.
      await scan(page, 'SN-3')
      await expect(verdictOf(page)).toHaveText('Done Unit SN-3 is now in LOT-1.')
      await page.getByRole('link', { name: 'Batches' }).click()
      await scan(page, 'SN-3')
      await expect(verdictOf(page)).toHaveText('Done Unit SN-3 is in batch LOT-1.')
      await expect(page.getByRole('button', { name: 'Show unit' })).toBeVisible()
    })

    test('arrows walk the units, Enter opens, Esc comes back to the same row', async () => {
      const { page } = desk
      await makeUnits(
        desk,
        Array.from({ length: 40 }, (_, i) => `SX-${String(i).padStart(2, '0')}`),
        'LOT-1',
      )
      const link = (serial: string) => page.getByRole('link', { name: serial, exact: true })
      await link('SN-1').focus()
      await page.keyboard.press('ArrowDown')
      await expect(link('SN-2')).toBeFocused()
      await expect(page.getByText('43 units', { exact: true })).toBeVisible()
      await page.keyboard.press('End')
      await expect(link('SX-39')).toBeFocused()
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('heading', { name: 'SX-38', exact: true })).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(link('SX-38')).toBeFocused()
      await expect(link('SX-38')).toBeInViewport()
    })

    test('parent and child lead to each other, and a unit that is gone is said', async () => {
      const { page } = desk
      await desk.ask('PUT', '/v2/units/SN-1/children', { child_serial_number: 'SX-00' })
      await goTo(page, 'units/SN-1')
      await page.getByRole('link', { name: 'SX-00' }).click()
      await expect(page.getByRole('heading', { name: 'SX-00', exact: true })).toBeVisible()
      await page.getByRole('link', { name: 'SN-1', exact: true }).click()
      await expect(page.getByRole('heading', { name: 'SN-1', exact: true })).toBeVisible()
      await desk.ask('PATCH', '/v2/units/SN-1', { new_serial_number: 'SN-1b' })
      await expect(page.getByRole('alert')).toHaveText(
        'There is no unit SN-1. It may have been renamed or deleted.',
      )
      await back(page)
      await expect(page.getByRole('link', { name: 'SN-1b', exact: true })).toBeVisible()
    })

    test('a run that is deleted elsewhere is not shown any longer, and its batch reckons again', async () => {
      const { page } = desk
      const id = await bench.report('SX-02', { outcome: 'ABORTED' })
      await goTo(page, `runs/${id}`)
      await expect(page.getByRole('heading', { name: 'Power up' })).toBeVisible()
      await desk.ask('DELETE', `/v2/runs?ids=${id}`)
      await expect(page.getByRole('alert')).toHaveText(
        'It is no longer there. Somebody may have renamed or deleted it.',
      )
      await goTo(page, 'batches/LOT-1')
      await expect(unitRow(page, 'SX-02')).toContainText('Not tested')
    })

    test('files of a unit and of a run are named with their size, and can be saved', async () => {
      const { page } = desk
      const id = await bench.report('SX-03')
      await desk.ask('PATCH', `/v2/runs/${id}`, { attachments: [await upload(desk, 'scope.csv', 48_200)] })
      await desk.ask('PATCH', '/v2/units/SX-03', { attachments: [await upload(desk, 'label.png', 700)] })
      await goTo(page, 'units/SX-03')
      await expect(page.locator('.attachments li')).toHaveText('label.png700 byte Save')
      expect(await saved(desk, 'label.png')).toEqual(Buffer.alloc(700))
      await page.getByRole('link', { name: 'FCT' }).click()
      await expect(page.locator('.attachments li')).toHaveText('scope.csv48.2 kB Save')
      expect(await saved(desk, 'scope.csv')).toEqual(Buffer.alloc(48_200))
    })

    test('a file whose bytes are not here any more is no empty file: it is said in words', async () => {
      const { page } = desk
      const id = await bench.report('SX-05')
      await desk.ask('PATCH', `/v2/runs/${id}`, { attachments: [await upload(desk, 'lost.bin', 900)] })
      await goTo(page, `runs/${id}`)
      const save = page.getByRole('button', { name: 'Save the file lost.bin' })
      await expect(save).toBeVisible()
      const held = await hold(page, '/files/')
      await save.click()
      await held.asked()
      const folder = join(desk.data_dir, 'attachments')
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
        if (/[0-9a-f]{64}$/.test(name)) rmSync(join(folder, name))
      await held.letGo()
      await expect(verdictOf(page)).toHaveText('Stopped This file is not on this station any more.')
      await desk.ask('POST', '/v2/batches', { number: 'LOT-AFTER' })
      await expect(page.locator('.attachments li')).toHaveText(
        'lost.bin900 byteThis file is not on this station any more.',
      )
      await expect(save).toHaveCount(0)
    })

    test('what stayed at another station is not shown as nothing', async () => {
      const { page } = desk
      const id = await bench.report('SX-04', { outcome: 'FAIL', body: { docstring: 'somewhere else' } })
      // As it is after a run came from headquarters: its measurements are not here.
      const database = openDatabase(join(desk.data_dir, 'lotkeeper.db'))
      database.run(sql`DELETE FROM blobs`)
      database.close()
      await goTo(page, `runs/${id}`)
      await expect(page.getByText('it is not on this PC')).toBeVisible()
      await expect(page.getByRole('main')).toContainText('Failed')
      await expect(page.getByText('no phases')).toHaveCount(0)
    })

    test('a unit with more runs than one page shows the older ones when asked', async () => {
      const { page } = desk
      const newest = Date.now()
      for (let i = 0; i < 55; i++) await bench.report('SX-01', { at: new Date(newest - i * 60_000) })
      await goTo(page, 'units/SX-01')
      const rows = page.getByRole('table', { name: 'Runs of SX-01' }).getByRole('row')
      await expect(rows).toHaveCount(51)
      // What a script reports meanwhile is seen, and does not take the place of what somebody asked for.
      const held = await hold(page, 'cursor=50')
      await page.getByRole('button', { name: 'Show older runs' }).click()
      await held.asked()
      for (const [minutes, outcome, word] of [
        [1, 'FAIL', 'Failed'],
        [2, 'ABORTED', 'Aborted'],
      ] as const) {
        await bench.report('SX-01', { at: new Date(newest + minutes * 60_000), outcome })
        await expect(rows.nth(1)).toContainText(word)
      }
      await held.letGo()
      await expect(rows).toHaveCount(58)
      await expect(page.getByRole('button', { name: 'Show older runs' })).toHaveCount(0)
    })
  })
