import { type Page, expect, test } from '@playwright/test'

import { type Desk, makePart, makeUnits, openDesk, verdictOf } from './desk.ts'
import { NARROW, WIDE, change, look, photograph, setTheme, themes } from './look.ts'
import { scan } from './scanner.ts'

/** Every view in every theme, see look.ts; those of test runs are in runs-views.spec.ts. */

let desk: Desk
test.beforeAll(async ({ browser }) => {
  desk = await openDesk('browser', browser)
  await fill()
})
test.afterAll(() => desk.end())

const views: readonly (readonly [name: string, open: (page: Page) => Promise<void>])[] = [
  [
    'batches',
    async (page) => {
      await page.goto(`${desk.url}/#/batches`)
      await expect(page.getByRole('link', { name: 'LOT-2026-0318' })).toBeVisible()
      await expect(page.locator('.batch-row.waiting')).toHaveCount(0)
    },
  ],
  [
    'new-batch',
    async (page) => {
      await page.getByRole('button', { name: 'New batch' }).click()
      await page.getByLabel('Batch number').fill('LOT 17/4')
      await page.getByRole('button', { name: 'Create batch' }).click()
      await expect(page.getByText('Only letters, digits')).toBeVisible()
    },
  ],
  [
    'sorting',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: /Sort by/ }).click()
      await expect(page.getByRole('option', { name: 'Oldest first' })).toBeVisible()
    },
  ],
  [
    'filters',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Filters' }).click()
      await page.getByRole('button', { name: 'Last 7 days' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  ],
  [
    'calendar',
    async (page) => {
      await page.getByRole('button', { name: 'Open calendar' }).first().click()
      await expect(page.getByRole('grid')).toBeVisible()
    },
  ],
  [
    'no-batch-fits',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Clear filters' }).click()
      await page.getByRole('button', { name: 'Show batches' }).click()
      await page.getByRole('searchbox').fill('nowhere')
      await expect(page.getByText('No batch fits this search.')).toBeVisible()
    },
  ],
  [
    'work',
    async (page) => {
      await page.getByRole('button', { name: 'Show all batches' }).click()
      await page.getByRole('link', { name: 'Work' }).click()
    },
  ],
  ['inbox', (page) => page.getByRole('link', { name: 'Inbox' }).click()],
  [
    'settings',
    async (page) => {
      await page.getByRole('link', { name: 'Settings' }).click()
      await expect(page.getByRole('heading', { name: 'Keys' })).toBeAttached()
    },
  ],
  [
    'settings-keys',
    async (page) => {
      await page.getByRole('heading', { name: 'Keys' }).scrollIntoViewIfNeeded()
      await page.locator('.settings-page').evaluate((element) => element.scrollTo(0, element.scrollHeight))
    },
  ],
  [
    'made-key',
    async (page) => {
      await page.getByLabel('Whose key').fill('Tester')
      await page.getByRole('button', { name: 'Make a key' }).click()
      await expect(page.getByText('Copy it now: it is shown only this once.')).toBeVisible()
    },
  ],
  [
    'revoke-key',
    async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
      await page.getByRole('button', { name: 'Revoke the key Tester' }).first().click()
      await expect(page.getByText('This cannot be taken back.')).toBeVisible()
    },
  ],
  [
    'waiting',
    async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
      await page.getByRole('button', { name: 'Show what waits' }).click()
      await expect(page.getByRole('row', { name: /Batch LOT-2026-0001 – made/ })).toBeAttached()
    },
  ],
  [
    'calibrate',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Teach the scanner' }).click()
      await expect(page.getByRole('img', { name: 'Calibration barcode 1' })).toBeVisible()
    },
  ],
  [
    'help',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('link', { name: 'Batches' }).click()
      await page.getByRole('button', { name: 'Help' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  ],
  [
    'batch',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.goto(`${desk.url}/#/batches/LOT-2026-0318`)
      await desk.ask('PATCH', '/v2/units/SN-90017', { batch_number: null })
      await scan(page, 'SN-90017')
      await expect(verdictOf(page)).toContainText('SN-90017 is now in')
      await expect(page.getByRole('cell', { name: 'SN-90017', exact: true })).toBeInViewport()
    },
  ],
  [
    'rename',
    async (page) => {
      await page.getByRole('button', { name: 'Rename' }).click()
      await expect(page.getByLabel('New number')).toHaveValue('LOT-2026-0318')
    },
  ],
  [
    'attention',
    async (page) => {
      await page.route('**/station/sync', (route) => route.fulfill({ json: trouble }))
      await page.route('**/station/headquarters', (route) => route.fulfill({ json: address }))
      await page.route('**/station/joined?*', (route) => route.fulfill({ json: { data: [joined] } }))
      await page.reload()
      await expect(page.getByText('Headquarters does not accept this station')).toBeVisible()
      await expect(page.getByText('was also made at Line 2')).toBeVisible()
    },
  ],
  [
    'enrol-again',
    async (page) => {
      await page.getByRole('button', { name: 'Headquarters settings' }).click()
      await expect(page.getByLabel('Address of headquarters')).toBeInViewport()
    },
  ],
  [
    'conflicts',
    async (page) => {
      await page.route('**/station/conflicts', (route) => route.fulfill({ json: { data: [conflict] } }))
      await page.reload()
      await page.getByRole('link', { name: 'Inbox' }).click()
      await expect(page.getByRole('button', { name: 'They are two' })).toBeVisible()
    },
  ],
  [
    'already',
    async (page) => {
      await page.unrouteAll()
      await page.goto(`${desk.url}/#/batches/LOT-2026-0318`)
      await page.reload()
      await expect(page.getByRole('heading', { name: 'LOT-2026-0318' })).toBeVisible()
      await scan(page, 'SN-90017')
      await expect(verdictOf(page)).toContainText('already in')
    },
  ],
  [
    'not-known',
    async (page) => {
      await scan(page, 'SN-99999')
      await expect(verdictOf(page)).toContainText('There is no unit SN-99999 yet')
    },
  ],
  [
    'new-unit',
    async (page) => {
      await page.getByRole('button', { name: 'Make unit SN-99999' }).click()
      await expect(page.getByRole('option', { name: 'PCB-10' })).toBeVisible()
    },
  ],
  [
    'stopped',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.goto(`${desk.url}/#/batches/LOT-2026-0001`)
      await scan(page, 'https://example.com')
      await expect(verdictOf(page)).toContainText('is no number')
    },
  ],
]

/** What a headquarters would have said. */
const trouble = {
  state: 'refused',
  pending: 312,
  conflicts: 0,
  last_success_at: '2026-03-12T12:04:00.000Z',
  oldest_pending_at: '2026-03-12T12:05:00.000Z',
  progress: null,
  cause: 'revoked',
  detail: 'Headquarters refuses: this station was ended',
  technical: null,
  clock_skew_ms: 0,
  disk_free_bytes: 312_000_000,
}
const address = { url: 'https://hq.plant.example', by_settings: false }
const joined = {
  id: 'j1',
  number: 'LOT-2026-0318',
  created_at: '2026-03-12T12:04:00.000Z',
  created_by_user: { id: 'u1', name: 'Ada' },
  created_by_station: null,
  station: { id: 's2', name: 'Line 2' },
}
const conflict = {
  id: 'c1',
  at: '2026-03-12T12:04:00.000Z',
  summary: 'Batch LOT-1 was also made at Line 2, 8 units joined',
  about: {
    kind: 'merged',
    noun: 'batch',
    name: 'LOT-1',
    other: 'LOT-1',
    at: 'Line 2',
    field: 'number',
    wanted: null,
    kept: null,
    units: 8,
  },
  answers: [
    { id: 'same', label: 'Same' },
    { id: 'different', label: 'Different' },
  ],
}

async function fill(): Promise<void> {
  await makePart(desk)
  for (let i = 1; i <= 318; i++)
    await desk.ask('POST', '/v2/batches', { number: `LOT-2026-${String(i).padStart(4, '0')}` })
  const serials = Array.from({ length: 18 }, (_, i) => `SN-${90_000 + i}`)
  await makeUnits(desk, serials.slice(0, 14), 'LOT-2026-0318')
  await makeUnits(desk, serials.slice(14))
  await makeUnits(desk, ['SN-80001', 'SN-80002'], 'LOT-2026-0316')
}

test('the first start, before there is anything', async ({ browser }, testInfo) => {
  const first = await openDesk('browser', browser)
  for (const theme of themes) {
    await setTheme(first, theme)
    await expect(first.page.getByRole('heading', { name: 'Ready for the first batch' })).toBeVisible()
    await look(first.page, 'first-start', theme, testInfo)
  }
  await first.end()
})

for (const theme of themes)
  test(`every view in ${theme}`, async () => {
    const testInfo = test.info()
    test.setTimeout(180_000)
    await setTheme(desk, theme)
    // The bar keeps what it said last: each theme begins with a fresh page.
    await desk.page.reload()
    for (const [name, open] of views) {
      await open(desk.page)
      await look(desk.page, name, theme, testInfo)
    }
    await desk.page.keyboard.press('Escape')
  })

/** Who is not signed in has the colours of the PC. */
const wishes = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  contrast: { contrast: 'more' },
} as const

test('the page to sign in', async ({ browser }, testInfo) => {
  for (const theme of themes) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...wishes[theme] })
    const page = await context.newPage()
    await page.goto(desk.url)
    await expect(page.getByLabel('Key', { exact: true })).toBeVisible()
    await look(page, 'sign-in', theme, testInfo)
    await context.close()
  }
})

test('every language fits, on a wide and on a narrow screen', async () => {
  const testInfo = test.info()
  test.setTimeout(120_000)
  const { page } = desk
  for (const language of ['de', 'fr', 'es', 'zh']) {
    await change(desk, { language, theme: 'light' })
    await expect(page.locator('html')).toHaveAttribute('lang', new RegExp(`^${language}`))
    for (const [view, place] of Object.entries({
      batches: 'batches',
      batch: 'batches/LOT-2026-0318',
      settings: 'settings',
      work: 'work',
    })) {
      await page.goto(`${desk.url}/#/${place}`)
      await expect(page.locator('main')).toBeVisible()
      for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
        await page.setViewportSize(viewport)
        await photograph(page, `${view}-${language}-${size}`, testInfo)
      }
    }
  }
})
