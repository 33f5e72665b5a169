/** Draws the icons' .png from their .svg; run it after changing one, and commit what it writes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

import { CHROMIUM_ARGS, getChromium } from './get-chromium.ts'

const folder = join(import.meta.dirname, '../src/main/desktop/icons')
const icons = [
  { from: 'lotkeeper.svg', to: 'lotkeeper.png', size: 512 },
  { from: 'lotkeeper.svg', to: 'tray.png', size: 32 },
  { from: 'tray-attention.svg', to: 'tray-attention.png', size: 32 },
]

const browser = await chromium.launch({ executablePath: getChromium(), args: CHROMIUM_ARGS })
for (const { from, to, size } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const svg = readFileSync(join(folder, from), 'utf8').replace(
    '<svg ',
    `<svg width="${size}" height="${size}" `,
  )
  await page.setContent(`<body style="margin:0">${svg}</body>`)
  await page.screenshot({ path: join(folder, to), omitBackground: true })
  await page.close()
}
await browser.close()
