import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Page, type Request, expect, test } from '@playwright/test'
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

test('the first rows need one page of the list, however long that is, and the count says a million', async () => {
  const asked: string[] = []
  const note = (request: Request) => {
    if (request.url().includes('/v2/batches')) asked.push(new URL(request.url()).search)
  }
  page.on('request', note)
  await page.reload()
  await expect(firstRow()).toHaveText('LOT-1000000')
  await expect(page.getByText('1,000,000 batches')).toBeVisible()
  page.off('request', note)
  expect(asked).toEqual(['?sort_by=created_at&sort_order=desc&limit=100&cursor=0'])
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

test('scrolling draws the rows that come and moves those that stay: no other thing is touched', async () => {
  const top = async () => {
    await page.locator('.long-list').evaluate((list) => (list.scrollTop = 0))
    await expect(firstRow()).toBeVisible()
  }
  await top()
  // The first time the pages on the way are loaded.
  await page.evaluate(SCROLL)
  await top()
  const drawn = await page.evaluate<{ added: number; rows: number; touched: string[] }>(SCROLL)
  const passed = Math.ceil((FRAMES * STEP_PX) / ROW_PX)
  expect(drawn.added).toBeGreaterThan(0)
  expect(drawn.added).toBeLessThanOrEqual(passed + 1)
  expect(drawn.rows).toBeLessThan(30)
  expect(drawn.touched.toSorted()).toEqual(['a: tabindex', 'div: style'])
})

const FRAMES = 120
const STEP_PX = 40
const ROW_PX = 56

/** What the document itself says was done to it. */
const SCROLL = `new Promise((done) => {
  const list = document.querySelector('.long-list')
  const view = document.querySelector('.long-list-view')
  const added = new Set()
  const touched = new Set()
  let rows = 0
  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) added.add(node)
    for (const { type, target, attributeName } of records) {
      const isNew = [...added].some((row) => row.contains(target))
      if (target !== view && !isNew) touched.add(target.nodeName.toLowerCase() + ': ' + (attributeName ?? type))
    }
    rows = Math.max(rows, view.childElementCount)
  })
  observer.observe(view, { childList: true, subtree: true, attributes: true, characterData: true })
  let frames = 0
  const step = () => {
    if (frames++ === ${FRAMES}) return done({ added: added.size, rows, touched: [...touched] })
    list.scrollTop += ${STEP_PX}
    requestAnimationFrame(step)
  }
  step()
})`
