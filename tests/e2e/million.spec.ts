import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Page, expect, test } from '@playwright/test'
import Sqlite from 'better-sqlite3'

import { type RunningStation, openPage, startStation } from './desk.ts'

const COUNT = 1_000_000
const migrations = join(import.meta.dirname, '../../src/main/store/migrations')

/** Made once for each schema, then used again: the test only reads. */
function folderOfMillion(): string {
  const schema = createHash('sha256')
  for (const name of readdirSync(migrations)) schema.update(readFileSync(join(migrations, name)))
  return join(tmpdir(), `lotkeeper-million-${schema.digest('hex').slice(0, 12)}`)
}

async function makeMillion(folder: string): Promise<void> {
  await (await startStation(folder)).stop()
  const database = new Sqlite(join(folder, 'lotkeeper.db'))
  database.pragma('synchronous = OFF')
  database.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNT})
    INSERT INTO batches (id, number, key, created_at, created_by_user_pk, unit_count)
    SELECT printf('00000000-0000-7000-8000-%012d', i), printf('LOT-%07d', i), printf('lot-%07d', i),
      1700000000000 + i * 90000, 1, 0 FROM n`)
  database.close()
}

let station: RunningStation
let page: Page
test.describe.configure({ mode: 'serial' })

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000)
  const folder = folderOfMillion()
  const whole = join(folder, 'lotkeeper.db')
  if (!existsSync(whole) || count(whole) !== COUNT) {
    rmSync(folder, { recursive: true, force: true })
    await makeMillion(folder)
  }
  station = await startStation(folder)
  page = await openPage(browser, station)
})
test.afterAll(async () => {
  await page?.context().close()
  await station?.stop()
})

function count(file: string): number {
  const database = new Sqlite(file)
  try {
    return (database.prepare('SELECT count(*) AS n FROM batches').get() as { n: number }).n
  } catch {
    return 0
  } finally {
    database.close()
  }
}

const firstRow = () => page.locator('.batch-row[aria-rowindex="2"] a')
async function heap(): Promise<number> {
  await page.requestGC()
  return (await page.evaluate('performance.memory.usedJSHeapSize')) as number
}

test('the first rows are there at once, and the count says a million', async () => {
  const started = Date.now()
  await page.reload()
  await expect(firstRow()).toHaveText('LOT-1000000')
  const took = Date.now() - started
  await expect(page.getByText('1,000,000 batches')).toBeVisible()
  expect(took, `first rows after ${took} ms`).toBeLessThan(5_000)
})

test('a wheel scrolls row by row, with some ten rows in the document', async () => {
  await page.locator('.long-list').hover()
  await page.mouse.wheel(0, 560)
  await expect(page.getByRole('link', { name: 'LOT-0999990' })).toBeInViewport()
  for (let i = 0; i < 40; i++) await page.mouse.wheel(0, 700)
  await expect(page.getByRole('link', { name: 'LOT-0999490' })).toBeInViewport()
  expect(await page.getByRole('row').count()).toBeLessThan(30)
})

test('the bar leads anywhere: to the middle, to the end, and from there row by row', async () => {
  await page
    .locator('.long-list')
    .evaluate((list) => (list.scrollTop = (list.scrollHeight - list.clientHeight) / 2))
  await expect(page.getByRole('link', { name: /^LOT-0(499|500)\d{3}$/ }).nth(3)).toBeInViewport()
  await page.locator('.batch-row a').nth(3).focus()
  await page.keyboard.press('End')
  await expect(page.getByRole('link', { name: 'LOT-0000001' })).toBeFocused()
  await expect(page.getByRole('link', { name: 'LOT-0000001' })).toBeInViewport()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByRole('link', { name: 'LOT-0000002' })).toBeFocused()
  await page.locator('.long-list').hover()
  await page.mouse.wheel(0, -56 * 20)
  await expect(page.getByRole('link', { name: 'LOT-0000021' })).toBeInViewport()
})

test('flying over all of it keeps no more than a screen needs', async () => {
  const before = await heap()
  for (let i = 0; i <= 50; i++) {
    await page
      .locator('.long-list')
      .evaluate((list, share) => (list.scrollTop = (list.scrollHeight - list.clientHeight) * share), i / 50)
    await expect(page.locator('.batch-row a').first()).toBeVisible()
  }
  const grown = (await heap()) - before
  expect(grown, `${grown} bytes more`).toBeLessThan(60_000_000)
})

test('scrolling costs a frame far less than a frame has', async () => {
  await page.locator('.long-list').evaluate((list) => (list.scrollTop = 0))
  await expect(firstRow()).toBeVisible()
  // What our own work for one turn of the wheel takes: event, React, style and layout. The median, for the machine is shared.
  const steps = (await page.evaluate(`new Promise((done) => {
    const list = document.querySelector('.long-list')
    const took = []
    const step = () => {
      if (took.length === 120) return done(took.toSorted((a, b) => a - b))
      const started = performance.now()
      list.scrollTop += 40
      list.dispatchEvent(new Event('scroll'))
      document.querySelector('.batch-row').getBoundingClientRect()
      took.push(performance.now() - started)
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })`)) as number[]
  expect(steps[60], `median of ${steps[60]} ms`).toBeLessThan(16)
})
