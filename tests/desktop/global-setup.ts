import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { getChromium } from '../../scripts/get-chromium.ts'

/**
 * Before the page tests: a Chromium, and the app, built into a folder of this run: building again meanwhile changes nothing
 * under a test's feet. An app that was built or packaged before is tested by naming its folder in TEST_APP.
 */
export default function prepare(): (() => void) | undefined {
  // The configuration was read before it was there.
  process.env['CHROMIUM_PATH'] ??= getChromium()
  if (process.env['TEST_APP']) return undefined
  const root = join(import.meta.dirname, '../..')
  const app = mkdtempSync(join(tmpdir(), 'lotkeeper-app-'))
  const program = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const words = [program, 'build', '--logLevel', 'warn', '--outDir', join(app, 'out')]
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the app could not be built\n${stdout}${stderr}`)
  cpSync(join(root, 'package.json'), join(app, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'), 'junction')
  process.env['TEST_APP'] = app

  // What `npm start` and `npm run package` find built already, and the station without a window serves.
  rmSync(join(root, 'out'), { recursive: true, force: true })
  cpSync(join(app, 'out'), join(root, 'out'), { recursive: true })
  return () => rmSync(app, { recursive: true, force: true })
}
