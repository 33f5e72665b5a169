/** Draws the icons' .png from their .svg; run it after changing one, and commit what it writes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

import { CHROMIUM_ARGS, getChromium } from './get-chromium.ts'

const folder = join(import.meta.dirname, '../src/main/desktop/icons')
const browser = await chromium.launch({ executablePath: getChromium(), args: CHROMIUM_ARGS })

async function draw(svg: string, size: number): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const text = readFileSync(join(folder, svg), 'utf8').replace(
    '<svg ',
    `<svg width="${size}" height="${size}" `,
  )
  await page.setContent(`<body style="margin:0">${text}</body>`)
  const png = await page.screenshot({ omitBackground: true })
  await page.close()
  return png
}

/** An .ico around one PNG of 256 by 256: a folder with one entry, then the picture as it is. */
function asIco(png: Buffer): Buffer {
  const header = Buffer.alloc(22)
  header.writeUInt16LE(1, 2) // an icon
  header.writeUInt16LE(1, 4) // one picture; its width and height stay 0, which says 256
  header.writeUInt16LE(1, 10) // planes
  header.writeUInt16LE(32, 12) // bits per pixel
  header.writeUInt32LE(png.length, 14)
  header.writeUInt32LE(header.length, 18)
  return Buffer.concat([header, png])
}

writeFileSync(join(folder, 'lotkeeper.png'), await draw('lotkeeper.svg', 512))
writeFileSync(join(folder, 'tray.png'), await draw('lotkeeper.svg', 32))
writeFileSync(join(folder, 'tray-attention.png'), await draw('tray-attention.svg', 32))
writeFileSync(
  join(import.meta.dirname, '../packaging/lotkeeper.ico'),
  asIco(await draw('lotkeeper.svg', 256)),
)
await browser.close()
