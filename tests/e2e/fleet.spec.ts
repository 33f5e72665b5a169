import { expect, test } from '@playwright/test'

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

/** A station that made LOT-7 and knew of nobody else's. */
async function stationWithLot7(name: string): Promise<void> {
  const { out } = await lotkeeper('stations', 'add', '--name', name, '--data-dir', central.data_dir)
  const { code, station_id } = JSON.parse(out) as { code: string; station_id: string }
  const attempt = name.padEnd(20, '-')
  const { body } = await post(central.url, '/sync/v1/enroll', { code, attempt, version: '0', name })
  await send(central.url, body['credential']!, createChain(station_id).push([newBatch('LOT-7')]))
}

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

  await stationWithLot7('Line 1')
  await stationWithLot7('Line 2')
  await page.reload()
  await expect(page.getByRole('rowheader', { name: /Line 2/ })).toBeVisible()
  await expect(page.getByText('There is no verified backup yet')).toBeVisible()
  const question = page.getByText('Line 2: Batch LOT-7 was also made at Line 1, 0 units joined.')
  await expect(question).toBeVisible()

  await page.getByRole('button', { name: 'Different' }).click()
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
  await page.getByRole('button', { name: 'Take back' }).click()
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
