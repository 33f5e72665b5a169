import { expect, test } from '@playwright/test'

import { type Desk, openDesk } from './desk.ts'

let desk: Desk
test.beforeAll(async ({ browser }) => {
  desk = await openDesk('browser', browser)
})
test.afterAll(() => desk.end())

test('a browser signs in once, with a key that scripts cannot read', async ({ browser }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text())
  })
  await page.goto(desk.url)
  await page.getByLabel('Key', { exact: true }).fill('lk_wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('The key is not known here')).toBeVisible()
  await page.getByLabel('Key', { exact: true }).fill(` ${desk.key} `)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByTestId('verdict')).toBeVisible()
  const [cookie] = await context.cookies()
  expect(cookie).toMatchObject({ name: 'lotkeeper_key', httpOnly: true, sameSite: 'Strict', path: '/' })
  expect(await page.evaluate('document.cookie')).toBe('')

  await page.reload()
  await expect(page.getByTestId('verdict')).toBeVisible()
  expect(complaints).toEqual([])
  await context.close()
})

test('a key is made, shown once, signs another browser in, and ends it when revoked', async ({ browser }) => {
  const { page } = desk
  await page.goto(`${desk.url}/#/settings`)
  await page.getByLabel('Whose key').fill('Grace')
  await page.getByRole('button', { name: 'Make a key' }).click()
  const key = await page.getByRole('dialog').getByRole('status', { name: 'Key' }).textContent()
  expect(key).toMatch(/^lk_/)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByText(key!)).toHaveCount(0)

  const context = await browser.newContext()
  const other = await context.newPage()
  await other.goto(desk.url)
  await other.getByLabel('Key', { exact: true }).fill(key!)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await expect(other.getByTestId('verdict')).toBeVisible()

  await page.getByRole('button', { name: 'Revoke the key Grace' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByText(/revoked/)).toBeVisible()
  await expect(other.getByLabel('Key', { exact: true })).toBeVisible({ timeout: 10_000 })
  await context.close()
})

test('signing out forgets the key', async ({ browser }) => {
  const context = await browser.newContext()
  await context.addCookies([
    { name: 'lotkeeper_key', value: desk.key, url: desk.url, httpOnly: true, sameSite: 'Strict' },
  ])
  const page = await context.newPage()
  await page.goto(`${desk.url}/#/settings`)
  await page.getByRole('button', { name: 'Sign out of this browser' }).click()
  await expect(page.getByLabel('Key', { exact: true })).toBeVisible()
  expect(await context.cookies()).toEqual([])
  await context.close()
})
