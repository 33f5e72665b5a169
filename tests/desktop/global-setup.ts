import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { getChromium } from '../../scripts/get-chromium.ts'

/**
 * Before the page tests: a Chromium, and the app as it is built; a copy of it, so that building again meanwhile changes nothing
 * under a test's feet. An app that was built or packaged before is tested by naming its folder in TEST_APP.
 */
export default function prepare(): (() => void) | undefined {
  // The configuration was read before it was there.
  process.env['CHROMIUM_PATH'] ??= getChromium()
  if (process.env['TEST_APP']) return undefined
  const root = join(import.meta.dirname, '../..')
  const build = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [build, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the app could not be built\n${stdout}${stderr}`)

  const copy = mkdtempSync(join(tmpdir(), 'lotkeeper-app-'))
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  cpSync(join(root, 'out'), join(copy, 'out'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  process.env['TEST_APP'] = copy
  return () => rmSync(copy, { recursive: true, force: true })
}
