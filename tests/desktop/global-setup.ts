import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { getChromium } from '../../scripts/get-chromium.ts'

/** Before the page tests: a Chromium, and the app as it is built. */
export default function prepare(): void {
  // The configuration was read before it was there.
  process.env['CHROMIUM_PATH'] ??= getChromium()
  // An app that was built or packaged before: TEST_APP names its folder.
  if (process.env['TEST_APP']) return
  const root = join(import.meta.dirname, '../..')
  const build = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [build, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the app could not be built\n${stdout}${stderr}`)
}
