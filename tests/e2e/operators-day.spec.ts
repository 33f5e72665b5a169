import { expect, test } from '@playwright/test'

import { type Desk, openDesk, surfaces, verdictOf } from './desk.ts'
import { scan, type } from './scanner.ts'

for (const surface of surfaces)
  test.describe(`an operator's day in the ${surface}`, () => {
    test.describe.configure({ mode: 'serial' })
    let desk: Desk
    test.beforeAll(async ({ browser }) => {
      desk = await openDesk(surface, browser)
    })
    test.afterAll(() => desk.end())

    test('the first start explains itself in three sentences', async () => {
      const { page } = desk
      await expect(page.getByRole('heading', { name: 'Ready for the first batch' })).toBeVisible()
      await expect(page.locator('.welcome li')).toHaveCount(3)
      await expect(page.getByTestId('chip')).toContainText('No headquarters is set up')
    })

    test('a finger makes a batch', async () => {
      const { page } = desk
      await page.getByRole('button', { name: 'New batch' }).click()
      await page.getByLabel('Batch number').fill('has a space')
      await page.getByRole('button', { name: 'Create batch' }).click()
      await expect(page.getByRole('dialog')).toContainText('Only letters, digits')
      await page.getByLabel('Batch number').fill('LOT-1')
      await page.getByRole('button', { name: 'Create batch' }).click()
      await expect(page.getByRole('heading', { name: 'LOT-1' })).toBeVisible()
      await expect(verdictOf(page)).toHaveText('Done Batch LOT-1 is created.')
    })

    test('a unit nobody knew is scanned, and asked about once', async () => {
      const { page } = desk
      await scan(page, 'SN-0001')
      await expect(verdictOf(page)).toHaveText('Not known There is no unit SN-0001 yet.')
      await page.getByRole('button', { name: 'Make unit SN-0001' }).click()
      await page.getByRole('combobox', { name: 'Part number' }).fill('PCB-10')
      await page.getByRole('button', { name: 'Make unit', exact: true }).click()
      await expect(verdictOf(page)).toHaveText('Done Unit SN-0001 is new, and in LOT-1.')
      await expect(page.getByRole('cell', { name: 'SN-0001', exact: true })).toBeVisible()
      await expect(page.getByText('1 unit', { exact: true })).toBeVisible()
      // The next one follows without a question.
      await scan(page, 'SN-0002')
      await expect(verdictOf(page)).toHaveText('Done Unit SN-0002 is new, and in LOT-1.')
      await expect(page.getByText('2 units', { exact: true })).toBeVisible()
    })

    test('a second scan of the same says so and changes nothing', async () => {
      const { page } = desk
      await scan(page, 'SN-0002')
      await expect(verdictOf(page)).toHaveText(
        'Already Unit SN-0002 is already in LOT-1. Nothing was changed.',
      )
      const turn = await verdictOf(page).getAttribute('data-turn')
      await scan(page, 'sn-0002')
      await expect(verdictOf(page)).not.toHaveAttribute('data-turn', turn!)
      await expect(page.getByText('2 units', { exact: true })).toBeVisible()
    })

    test('a batch label opens its batch, and a unit scanned there moves in; Undo takes it back', async () => {
      const { page } = desk
      await desk.ask('POST', '/v2/batches', { number: 'LOT-2' })
      await scan(page, 'LOT-2')
      await expect(verdictOf(page)).toHaveText('Done Batch LOT-2 is open. Scan its units.')
      await scan(page, 'SN-0001')
      await expect(verdictOf(page)).toHaveText('Done Unit SN-0001 moved from LOT-1 to LOT-2.')
      await expect(page.getByText('1 unit', { exact: true })).toBeVisible()
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect(verdictOf(page)).toContainText('Taken back')
      await expect(page.getByText('No units yet.')).toBeVisible()
    })

    test('from the list a unit leads to its batch, and an unknown label offers to make one', async () => {
      const { page } = desk
      await page.getByRole('button', { name: 'All batches' }).click()
      await scan(page, 'SN-0001')
      await expect(verdictOf(page)).toHaveText('Done Unit SN-0001 is in batch LOT-1.')
      await expect(page.getByRole('heading', { name: 'LOT-1' })).toBeVisible()
      await page.getByRole('link', { name: 'Batches' }).click()
      await scan(page, 'LOT-3')
      await expect(verdictOf(page)).toHaveText('Not known There is no batch and no unit LOT-3.')
      await page.getByRole('button', { name: 'Create batch LOT-3' }).click()
      await expect(page.getByRole('heading', { name: 'LOT-3' })).toBeVisible()
    })

    test('a batch is renamed and deleted, and both are taken back', async () => {
      const { page } = desk
      await scan(page, 'LOT-1')
      await expect(page.getByRole('heading', { name: 'LOT-1', exact: true })).toBeVisible()
      await page.getByRole('button', { name: 'Rename' }).click()
      await page.getByLabel('New number').fill('LOT-2')
      await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
      await expect(page.getByRole('dialog')).toContainText('The number LOT-2 is taken')
      await page.getByLabel('New number').fill('LOT-1b')
      await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
      await expect(page.getByRole('heading', { name: 'LOT-1b' })).toBeVisible()
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect(page.getByRole('heading', { name: 'LOT-1', exact: true })).toBeVisible()

      await page.getByRole('button', { name: 'Delete' }).click()
      await expect(verdictOf(page)).toHaveText(
        'Done Batch LOT-1 is deleted. Its 2 units stay, without a batch.',
      )
      await expect(page.getByRole('link', { name: 'LOT-1', exact: true })).toHaveCount(0)
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect(page.getByRole('heading', { name: 'LOT-1', exact: true })).toBeVisible()
      await expect(page.getByText('2 units', { exact: true })).toBeVisible()
    })

    test('a unit is taken out by finger, and put in again by keyboard', async () => {
      const { page } = desk
      await page.getByRole('button', { name: 'Take out SN-0002' }).click()
      await expect(verdictOf(page)).toHaveText('Done Unit SN-0002 is out of LOT-1.')
      await page.keyboard.press('n')
      await expect(page.getByLabel('Serial number')).toBeFocused()
      await type(page, 'SN-0002', 'Enter')
      await expect(verdictOf(page)).toHaveText('Done Unit SN-0002 is now in LOT-1.')
    })

    test('search finds by serial number as one types, and the day counts it all', async () => {
      const { page } = desk
      await page.getByRole('link', { name: 'Batches' }).click()
      await page.keyboard.press('/')
      await type(page, '0002')
      await expect(page.getByRole('row')).toHaveCount(2)
      await expect(page.getByRole('link', { name: 'LOT-1', exact: true })).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(page.getByRole('row')).toHaveCount(4)
      await page.getByRole('link', { name: 'Work' }).click()
      await expect(page.locator('.figure').first()).toHaveText('3 Batches, Today')
      await expect(page.locator('.figure').last()).toHaveText('2 Units, Today')
    })
  })
