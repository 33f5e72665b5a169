import { type Page, expect, test } from '@playwright/test'

import { type Desk, makePart, makeUnits, openDesk, upload } from './desk.ts'
import { NARROW, WIDE, change, look, photograph, setTheme, themes } from './look.ts'
import { type TestBench, openTestBench } from './test-bench.ts'

/** Every view of test runs in every theme, see look.ts. */

const DAY_MS = 86_400_000
const LOT = 'LOT-2026-0318'

let desk: Desk
let failed: string
let passed: string
test.beforeAll(async ({ browser }) => {
  desk = await openDesk('browser', browser)
  await fill(await openTestBench(desk))
})
test.afterAll(() => desk.end())

/** Ten days of a line that gets better, and one unit with a history. */
async function fill(bench: TestBench): Promise<void> {
  await makePart(desk)
  const now = Date.now()
  for (let i = 0; i < 60; i++) {
    const serial = `SN-${90_000 + i}`
    const at = new Date(now - Math.floor((60 - i) / 6) * DAY_MS)
    const first = i % 7 === 3 ? 'FAIL' : i === 20 ? 'TIMEOUT' : i === 33 ? 'ABORTED' : 'PASS'
    await bench.report(serial, { outcome: first, at, batch: LOT })
    if (first === 'FAIL' && i % 2 === 0)
      await bench.report(serial, { at: new Date(at.getTime() + 3_600_000), batch: LOT })
    if (i % 3 === 0) await bench.report(serial, { procedure: 'Burn-in', at, batch: LOT })
  }
  await makeUnits(desk, ['SN-90060', 'SN-90061'], LOT)
  await makeUnits(desk, ['PSU-77', 'FAN-12'])
  await desk.ask('PUT', '/v2/units/SN-90003/children', { child_serial_number: 'PSU-77' })
  await desk.ask('PUT', '/v2/units/SN-90003/children', { child_serial_number: 'FAN-12' })
  await desk.ask('PATCH', '/v2/units/SN-90061', {
    sample: 'golden',
    attachments: [
      await upload(desk, 'inspection-report-2026-03-18-fixture-2.pdf', 1_240_000),
      await upload(desk, 'label.png', 18_400),
    ],
  })
  failed = await bench.report('SN-90003', {
    outcome: 'FAIL',
    body: {
      docstring: 'Functional test of the main board, fixture 2',
      logs: [
        {
          level: 'WARNING',
          timestamp: new Date(now).toISOString(),
          message: 'Rail 3V3 needed a second try',
          source_file: 'fct.py',
          line_number: 81,
        },
      ],
    },
  })
  passed = await bench.report('SN-90002')
}

const views: readonly (readonly [name: string, open: (page: Page) => Promise<void>])[] = [
  [
    'batch-tested',
    async (page) => {
      await page.goto(`${desk.url}/#/batches/${LOT}`)
      await expect(page.getByRole('link', { name: 'First-pass yield' })).toBeVisible()
      await expect(page.getByRole('row', { name: 'SN-90003' })).toContainText('Failed')
    },
  ],
  [
    'yield',
    async (page) => {
      await page.getByRole('link', { name: 'First-pass yield' }).click()
      await expect(page.getByRole('table', { name: 'By procedure' })).toBeVisible()
    },
  ],
  [
    'unit',
    async (page) => {
      await page.goto(`${desk.url}/#/units/SN-90003`)
      await expect(page.getByRole('table', { name: 'Runs of SN-90003' }).getByRole('row')).toHaveCount(4)
    },
  ],
  [
    'unit-untested',
    async (page) => {
      await page.goto(`${desk.url}/#/units/SN-90061`)
      await expect(page.getByText('No run of this unit has been reported yet.')).toBeVisible()
      await expect(page.getByRole('button', { name: 'Save the file label.png' })).toBeVisible()
    },
  ],
  [
    'run-failed',
    async (page) => {
      await page.goto(`${desk.url}/#/runs/${failed}`)
      await expect(page.getByRole('heading', { name: '2 measurements did not pass' })).toBeVisible()
    },
  ],
  [
    'run-passed',
    async (page) => {
      await page.goto(`${desk.url}/#/runs/${passed}`)
      await expect(page.getByRole('heading', { name: 'Step response' })).toBeVisible()
    },
  ],
  [
    'run-passed-end',
    async (page) => {
      await page.locator('.run-page').evaluate((element) => element.scrollTo(0, element.scrollHeight))
      await expect(page.getByText('120 points from')).toBeInViewport()
    },
  ],
]

for (const theme of themes)
  test(`every view of test runs in ${theme}`, async () => {
    const testInfo = test.info()
    test.setTimeout(120_000)
    await setTheme(desk, theme)
    await desk.page.reload()
    for (const [name, open] of views) {
      await open(desk.page)
      await look(desk.page, name, theme, testInfo)
    }
  })

test('every language fits, on a wide and on a narrow screen', async () => {
  const testInfo = test.info()
  test.setTimeout(120_000)
  const { page } = desk
  for (const language of ['en', 'de', 'fr', 'es', 'zh']) {
    await change(desk, { language, theme: 'light' })
    await expect(page.locator('html')).toHaveAttribute('lang', new RegExp(`^${language}`))
    for (const [view, place] of Object.entries({
      'batch-tested': `batches/${LOT}`,
      yield: `batches/${LOT}/yield`,
      unit: 'units/SN-90003',
      'run-failed': `runs/${failed}`,
    })) {
      await page.goto(`${desk.url}/#/${place}`)
      await expect(page.locator('.outcome').first()).toBeVisible()
      for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
        await page.setViewportSize(viewport)
        await photograph(page, `${view}-${language}-${size}`, testInfo)
      }
    }
  }
})
