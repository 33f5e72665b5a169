import { readFileSync } from 'node:fs'

import { expect, test } from '@playwright/test'

import { type Desk, makePart, makeUnits, openDesk } from './desk.ts'

let desk: Desk
test.beforeAll(async ({ browser }) => {
  desk = await openDesk('browser', browser)
  await makePart(desk)
  await desk.ask('POST', '/v2/parts', { number: 'PSU-2', name: 'Power supply', revision_number: 'B' })
  for (const number of ['C-1', 'A-2', 'B-3']) await desk.ask('POST', '/v2/batches', { number })
  await makeUnits(desk, ['SN-1', 'SN-2'], 'A-2')
  for (let i = 0; i < 150; i++) await desk.ask('POST', '/v2/batches', { number: `X-${i}` })
})
test.afterAll(() => desk.end())

test('filters by part, says how many, and shows all again', async () => {
  const { page } = desk
  await expect(page.getByText('153 batches')).toBeVisible()
  await page.getByRole('button', { name: 'Filters' }).click()
  await page.getByRole('combobox', { name: 'Part' }).click()
  await page.getByRole('option', { name: 'PCB-10' }).click()
  await page.getByRole('button', { name: 'Show batches' }).click()
  await expect(page.getByText('1 batch', { exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: 'A-2' })).toBeVisible()
  await expect(page.getByRole('button', { name: '1 filter' })).toBeVisible()
  await page.getByRole('button', { name: 'Show all batches' }).click()
  await expect(page.getByText('153 batches')).toBeVisible()
})

test('filters by days: yesterday there was nothing, today everything', async () => {
  const { page } = desk
  await page.getByRole('button', { name: 'Filters' }).click()
  await page.getByRole('button', { name: 'Yesterday' }).click()
  await page.getByRole('button', { name: 'Show batches' }).click()
  await expect(page.getByText('No batch fits this search.')).toBeVisible()
  await page.getByRole('button', { name: '1 filter' }).click()
  await page.getByRole('button', { name: 'Today' }).click()
  await page.getByRole('button', { name: 'Show batches' }).click()
  await expect(page.getByText('153 batches')).toBeVisible()
  await page.getByRole('button', { name: 'Show all batches' }).click()
})

test('sorts by number and by age, both ways', async () => {
  const { page } = desk
  const first = page.locator('.batch-row[aria-rowindex="2"] a')
  for (const [order, number] of [
    ['Number, A to Z', 'A-2'],
    ['Number, Z to A', 'X-99'],
    ['Oldest first', 'C-1'],
    ['Newest first', 'X-149'],
  ] as const) {
    await page.getByRole('button', { name: /Sort by/ }).click()
    await page.getByRole('option', { name: order }).click()
    await expect(first).toHaveText(number)
  }
})

test('exports what is found as a file a spreadsheet reads', async () => {
  const { page } = desk
  await page.getByRole('searchbox').fill('SN-')
  await expect(page.getByText('1 batch', { exact: true })).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^lotkeeper-[\d-]+\.csv$/)
  const text = readFileSync(await download.path(), 'utf8')
  expect(text).toMatch(
    /^\uFEFFnumber,unit_count,created_at,created_by\r\nA-2,2,[\d-]+T[\d:.]+Z,Operator\r\n$/,
  )
  await expect(page.getByTestId('verdict')).toContainText('1 batch is in the file')
  await page.getByRole('searchbox').fill('')
})

test('a long list is exported whole, each batch once', async () => {
  const { page } = desk
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ])
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n')
    .slice(1)
  expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(153)
  expect(lines).toHaveLength(153)
})
