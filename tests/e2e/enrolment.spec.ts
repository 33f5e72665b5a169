import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from '@playwright/test'

import type { WaitingOperation } from '../../src/model/headquarters.ts'
import { translator } from '../../src/renderer/i18n/translate.ts'
import {
  type CentralProcess,
  cleanUp,
  lotkeeper,
  newFolder,
  startCentral,
} from '../support/central-process.ts'
import { type Desk, type RunningStation, askAt, openDesk, startStation, verdictOf } from './desk.ts'
import { WIDE } from './look.ts'

/** The page and a real headquarters, one day after the other. */
test.describe.configure({ mode: 'serial' })
let central: CentralProcess
let desk: Desk
let other: RunningStation
test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000)
  central = await startCentral(newFolder())
  desk = await openDesk('browser', browser)
  other = await startStation(mkdtempSync(join(tmpdir(), 'lotkeeper-e2e-')))
})
test.afterAll(async () => {
  await desk.end()
  await other.stop()
  rmSync(other.data_dir, { recursive: true, force: true })
  await cleanUp()
})

async function stations(...words: string[]): Promise<{ station_id: string; code: string }> {
  const { code, out, err } = await lotkeeper('stations', ...words, '--data-dir', central.data_dir)
  expect(code, err).toBe(0)
  return JSON.parse(out) as { station_id: string; code: string }
}

const card = () => desk.page.getByRole('region', { name: 'Headquarters' })
const chip = () => desk.page.getByTestId('chip')
/** The page asks for it every five seconds. */
const soon = { timeout: 20_000 }

let station_id: string

test('another station has made LOT-9 too, and is enrolled by a script', async () => {
  await desk.ask('POST', '/v2/batches', { number: 'LOT-9' })
  await askAt(other, 'POST', '/v2/batches', { number: 'LOT-9' })
  const { code } = await stations('add', '--name', 'Line 2')
  await askAt(other, 'POST', '/station/headquarters', { url: central.url, code })
  await expect
    .poll(async () => (await askAt<{ state: string }>(other, 'GET', '/station/sync')).state, soon)
    .toBe('in_sync')
})

const said = {
  en: {
    nobody:
      'Nobody answers at this address: there is no network, or the address is wrong. Nothing was changed.',
    code: /^Headquarters does not know this code\. .* Nothing was changed\.$/,
    address: 'That is no address. It begins with http:// or https://.',
  },
  de: {
    nobody:
      'Unter dieser Adresse antwortet niemand: Es gibt kein Netz, oder die Adresse ist falsch. Nichts wurde geändert.',
    code: /^Die Zentrale kennt diesen Code nicht\. .* Nichts wurde geändert\.$/,
    address: 'Das ist keine Adresse. Sie beginnt mit http:// oder https://.',
  },
  zh: {
    nobody: '此地址没有响应：没有网络，或者地址有误。没有任何更改。',
    code: /^总部不认识此注册码。.*没有任何更改。$/,
    address: '这不是有效地址。地址以 http:// 或 https:// 开头。',
  },
} as const

for (const language of ['de', 'zh', 'en'] as const)
  test(`an address where nobody is, one that is none, and a code that nobody knows change nothing and are said: ${language}`, async () => {
    const { page } = desk
    const t = translator(language)
    // A panel PC: what is said stands in sight there too.
    await page.setViewportSize({ width: 1024, height: 600 })
    await page.goto(`${desk.url}/#/settings`)
    await desk.ask('PUT', '/station/settings', { language })
    const there = page.getByRole('region', { name: t('settings_headquarters') })
    const fault = there.getByRole('alert').locator('.fault')
    const enrol = async (url: string, words: string | RegExp) => {
      await there.getByLabel(t('enroll_address')).fill(url)
      await there.getByLabel(t('enroll_code'), { exact: true }).fill('AAAA-BBBB')
      await there.getByRole('button', { name: t('enroll_do') }).click()
      await expect(fault).toHaveText(words)
      await expect(fault).toBeInViewport({ ratio: 0.9 })
    }
    await expect(there).toContainText(t('settings_no_headquarters'))
    await enrol('http://127.0.0.1:9', said[language].nobody)
    await expect(there.getByRole('alert')).toContainText(t('for_it', { words: 'ECONNREFUSED' }))
    await enrol(central.url, said[language].code)
    for (const address of ['ftp://hq.example', 'hq.example', 'localhost:4790', '127.0.0.1:4790'])
      await enrol(address, said[language].address)
    await expect(there).toContainText(t('settings_no_headquarters'))
    await expect(chip()).toContainText(t('chip_none_detail'))
    await there.getByLabel(t('enroll_address')).fill(central.url)
    await page.setViewportSize(WIDE)
  })

for (const language of ['de', 'zh', 'en'] as const)
  test(`a number that is taken is said to be, in renaming and in taking a renaming back: ${language}`, async () => {
    const { page } = desk
    const t = translator(language)
    await desk.ask('PUT', '/station/settings', { language })
    await desk.ask('POST', '/v2/batches', { number: `A-${language}` })
    await page.goto(`${desk.url}/#/batches/A-${language}`)
    const rename = async (number: string) => {
      await page.getByRole('button', { name: t('batch_rename') }).click()
      await page.getByLabel(t('rename_number')).fill(number)
      await page
        .getByRole('dialog')
        .getByRole('button', { name: t('rename_do') })
        .click()
    }
    await rename('LOT-9')
    await expect(page.getByRole('dialog')).toContainText(t('error_exists', { number: 'LOT-9' }))
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await rename(`B-${language}`)
    await expect(verdictOf(page)).toContainText(
      t('said_renamed', { from: `A-${language}`, number: `B-${language}` }),
    )
    await desk.ask('POST', '/v2/batches', { number: `A-${language}` })
    await page.getByRole('button', { name: t('do_undo') }).click()
    await expect(verdictOf(page)).toContainText(t('error_exists', { number: `A-${language}` }))
  })

test('address and code enrol the station, and the sign says so', async () => {
  const { page } = desk
  await page.goto(`${desk.url}/#/settings`)
  await card().getByLabel('Address of headquarters').fill(central.url)
  const made = await stations('add', '--name', 'Line 1')
  ;({ station_id } = made)
  await card().getByLabel('Code').fill(` ${made.code} `)
  await card().getByRole('button', { name: 'Enrol this station' }).click()
  await expect(verdictOf(page)).toHaveText(`Done This station is enrolled at ${central.url}.`)
  await expect(card()).toContainText(`Headquarters is at ${central.url}.`)
  await expect(chip()).toContainText(/In sync|Needs attention/, soon)
  await expect(card().getByLabel('Code')).toHaveCount(0)
})

test('the batch says that another one was joined into it, when, and from where', async () => {
  const { page } = desk
  await page.goto(`${desk.url}/#/batches/LOT-9`)
  await expect(
    page.getByText(/^LOT-9 was also made at Line 1, .* by Operator, and is one with/),
  ).toBeVisible()
})

test('a station that headquarters has ended says so in every view, and a new code mends it', async () => {
  const { page } = desk
  const { code } = await lotkeeper('stations', 'revoke', station_id, '--data-dir', central.data_dir)
  expect(code).toBe(0)
  await desk.ask('POST', '/v2/batches', { number: 'LOT-10' })
  const banner = page.getByTestId('banner')
  await expect(banner).toContainText('Headquarters does not accept this station', soon)
  await page.getByRole('link', { name: 'Work' }).click()
  await expect(banner).toBeVisible()
  await banner.getByRole('button', { name: 'Headquarters settings' }).click()
  const renewed = await stations('renew', station_id)
  await card().getByLabel('Code').fill(renewed.code)
  await card().getByRole('button', { name: 'Enrol this station' }).click()
  await expect(banner).toHaveCount(0, soon)
  await expect(card().getByRole('button', { name: 'Show what waits' })).toHaveCount(0, soon)
})

test('what waits can be looked at, and saved to a file', async () => {
  const { page } = desk
  await central.end()
  await desk.ask('POST', '/v2/batches', { number: 'LOT-11' })
  await desk.ask('DELETE', '/v2/batches/LOT-10')
  await card().getByRole('button', { name: 'Show what waits' }).click()
  const window = page.getByRole('dialog')
  await expect(window.getByRole('row', { name: /Batch LOT-11 – made Operator/ })).toBeVisible()
  await expect(window.getByRole('row', { name: /Batch LOT-10 – deleted Operator/ })).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    window.getByRole('button', { name: 'Save all to a file' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^lotkeeper-waiting-[\d-]+\.jsonl$/)
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  const operations = lines.map((line) => JSON.parse(line) as WaitingOperation)
  expect(operations.map(({ operation: { type }, name }) => [type, name])).toEqual([
    ['batch.create', 'LOT-11'],
    ['batch.delete', 'LOT-10'],
  ])
  await expect(verdictOf(page)).toContainText('2 changes are in the file')
})

test('whoever has put the plug back has the station try at once', async () => {
  const { page } = desk
  await page.keyboard.press('Escape')
  const again = card().getByRole('button', { name: 'Try now' })
  await again.click()
  await expect(again).toBeEnabled()
  await expect(card()).toContainText('2 changes')
  const { port } = new URL(central.url)
  central = await startCentral(central.data_dir, '--port', port)
  await again.click()
  await expect(again).toHaveCount(0, soon)
  await expect(card().getByRole('button', { name: 'Show what waits' })).toHaveCount(0, soon)
})
