import { expect, test } from '@playwright/test'

import { type Desk, openDesk } from './desk.ts'
import { type } from './scanner.ts'

let desk: Desk
test.beforeAll(async ({ browser }) => {
  desk = await openDesk('browser', browser)
  for (let i = 1; i <= 60; i++) await desk.ask('POST', '/v2/batches', { number: `K-${i}` })
})
test.afterAll(() => desk.end())

test('everything can be done without a pointer', async () => {
  const { page } = desk
  await expect(page.getByRole('link', { name: 'K-60' })).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Keys of the keyboard')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await page.keyboard.press('n')
  await expect(page.getByLabel('Batch number')).toBeFocused()
  await type(page, 'K-61', 'Enter')
  await expect(page.getByRole('heading', { name: 'K-61' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('searchbox')).toBeVisible()

  await page.keyboard.press('/')
  await type(page, 'K-6')
  await expect(page.getByRole('row')).toHaveCount(4)
  // The first Esc empties the field, the second leaves it.
  await page.keyboard.press('Escape')
  await expect(page.getByRole('searchbox')).toHaveValue('')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('searchbox')).not.toBeFocused()
})

test('the arrows walk the list, Home and End go to its ends, Enter opens', async () => {
  const { page } = desk
  await page.getByRole('link', { name: 'Batches' }).click()
  await page.getByRole('link', { name: 'K-61' }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('link', { name: 'K-60' })).toBeFocused()
  await page.keyboard.press('End')
  await expect(page.getByRole('link', { name: 'K-1', exact: true })).toBeFocused()
  await expect(page.getByRole('link', { name: 'K-1', exact: true })).toBeInViewport()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByRole('link', { name: 'K-2', exact: true })).toBeFocused()
  await page.keyboard.press('Home')
  await expect(page.getByRole('link', { name: 'K-61' })).toBeFocused()
  await page.keyboard.press('PageDown')
  await expect(page.getByRole('link', { name: 'K-61' })).not.toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'K-61' })).toBeVisible()
})
