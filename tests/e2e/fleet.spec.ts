import { expect, test } from '@playwright/test'

import type { StationHead } from '../../src/model/sync/envelope.ts'
import {
  type CentralProcess,
  cleanUp,
  lotkeeper,
  newFolder,
  post,
  send,
  startCentral,
} from '../support/central-process.ts'
import { createChain, newBatch } from '../support/chain.ts'

let central: CentralProcess
test.beforeAll(async () => {
  test.setTimeout(120_000)
  central = await startCentral(newFolder())
})
test.afterAll(cleanUp)

/** A station that made these batches and knew of nobody else's, and what it says of itself. */
async function stationWith(
  name: string,
  numbers: readonly string[],
  says: Partial<StationHead> = {},
): Promise<void> {
  const { out } = await lotkeeper('stations', 'add', '--name', name, '--data-dir', central.data_dir)
  const { code, station_id } = JSON.parse(out) as { code: string; station_id: string }
  const attempt = name.padEnd(20, '-')
  const { body } = await post(central.url, '/sync/v1/enroll', { code, attempt, version: '0', name })
  const push = createChain(station_id).push(numbers.map(newBatch))
  expect(
    (await send(central.url, body['credential']!, push, { head: { disk_free_bytes: 1e10, ...says } })).status,
  ).toBe(200)
}

const queue = { pending: 0, oldest_ms: null }

test('headquarters’ page shows who there is, takes answers and takes them back, and says when the last backup was', async ({
  page,
}) => {
  test.setTimeout(120_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text())
  })
  await page.goto(central.url)
  await page.getByLabel('User key').fill('lk_wrong')
  await page.getByRole('button', { name: 'Show the fleet' }).click()
  await expect(page.getByRole('alert')).toHaveText('This key is not known here.')
  await page.getByLabel('User key').fill(central.user)
  await page.getByRole('button', { name: 'Show the fleet' }).click()
  await expect(page.getByText('No station yet.')).toBeVisible()

  await stationWith('Line 1', ['LOT-7'])
  await page.reload()
  await expect(page.locator('#summary')).toContainText('1 station, none silent')
  await stationWith('Line 2', ['LOT-7'], { queue: { ...queue, conflicts: 1 } })
  await page.reload()
  await expect(page.getByRole('rowheader', { name: /Line 2/ })).toBeVisible()
  await expect(page.getByText('There is no verified backup yet')).toBeVisible()
  const question = page.getByText('Line 2: Batch LOT-7 was also made at Line 1, 0 units joined.')
  await expect(question).toBeVisible()
  // The same question is at its station and here.
  await expect(page.getByRole('row', { name: /Line 2/ }).locator('[data-label="To decide"]')).toHaveText('1')

  await page.getByRole('button', { name: 'Different' }).dblclick()
  await expect(page.locator('#decided')).toContainText('Answered: Different.')
  await expect(question).toHaveCount(0)
  const numbers = async () => {
    const answer = await fetch(`${central.url}/v2/batches`, {
      headers: { authorization: `Bearer ${central.user}` },
    })
    const { data } = (await answer.json()) as { data: { number: string }[] }
    return data.map(({ number }) => number).toSorted()
  }
  expect(await numbers()).toEqual(['LOT-7', 'LOT-7+2'])
  await page.getByRole('button', { name: 'Take back' }).dblclick()
  await expect(page.locator('#decided')).toHaveText('Taken back.')
  await expect(question).toBeVisible()
  expect(await numbers()).toEqual(['LOT-7'])

  expect((await lotkeeper('headquarters', 'backup', '--data-dir', central.data_dir)).code).toBe(0)
  await page.reload()
  await expect(
    page.getByText(/^Last verified backup \d+ s ago \(.*\.tar\.gz\), 0 changes since\.$/),
  ).toBeVisible()
  expect(complaints).toEqual([])
})

test('with many stations and questions, what needs somebody comes first and what was done stays in sight', async ({
  page,
}) => {
  test.setTimeout(120_000)
  const many = Array.from({ length: 120 }, (_, i) => `LOT-${100 + i}`)
  await stationWith('Line 3', many)
  await stationWith('Line 4', many, { queue: { ...queue, conflicts: 120 } })
  await stationWith('Line 9', [], { disk_free_bytes: 1_000_000 })
  await page.goto(central.url)
  await page.getByLabel('User key').fill(central.user)
  await page.getByRole('button', { name: 'Show the fleet' }).click()
  await expect(page.getByRole('rowheader')).toContainText(['Line 9', /Line/, /Line/, 'Line 1', 'Line 3'])

  await page.getByRole('link', { name: 'To decide: 121' }).click()
  await expect(page.getByRole('heading', { name: 'To decide' })).toBeInViewport()
  await expect(
    page.getByText('The newest 100 of 121 are listed; the others come as these are answered.'),
  ).toBeVisible()
  // Where it stood stands the next one: the second click is not for that.
  const one = page.locator('#conflicts li').nth(50)
  const words = (await one.innerText()).split('\n')[0]!
  await one.getByRole('button', { name: 'Same' }).dblclick()
  await expect(page.getByText(words)).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'To decide: 120' })).toBeAttached()
  await expect(page.locator('#decided')).toContainText('Answered: Same.')
  await expect(page.getByRole('button', { name: 'Take back' })).toBeInViewport()
})
