import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { breach } from '../../scripts/walls.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const held: readonly (readonly [importer: string, specifier: string])[] = [
  ['src/model/batch.ts', 'node:crypto'],
  ['src/model/batch.ts', '../http/error.ts'],
  ['src/http/error.ts', '../main/api/app.ts'],
  ['src/http/error.ts', 'pino'],
  ['src/main/store/batches.ts', 'better-sqlite3'],
  ['src/main/store/batches.ts', '../api/batches.ts'],
  ['src/main/store/batches.ts', '../config.ts'],
  ['src/main/api/batches.ts', '../sync/loop.ts'],
  ['src/main/api/batches.ts', 'better-sqlite3'],
  ['src/main/sync/loop.ts', '../api/app.ts'],
  ['src/main/station.ts', 'electron'],
  ['src/main/station.ts', './desktop/window.ts'],
  ['src/main/station.ts', '../central/app.ts'],
  ['src/central/app.ts', '../main/store/batches.ts'],
  ['src/central/app.ts', 'better-sqlite3'],
  ['src/renderer/api.ts', '../main/config.ts'],
  ['src/renderer/api.ts', 'node:fs'],
  ['src/preload/index.ts', 'node:fs'],
  ['src/cli/index.ts', '../main/desktop/window.ts'],
  ['src/cli/index.ts', '../../scripts/walls.ts'],
  ['src/utils/strings.ts', './numbers.ts'],
]

const open: readonly (readonly [importer: string, specifier: string])[] = [
  ['src/model/batch.ts', 'zod'],
  ['src/model/batch.ts', './identifier.ts'],
  ['src/http/error.ts', '../model/error.ts'],
  ['src/main/store/database.ts', 'better-sqlite3'],
  ['src/main/store/batches.ts', './database.ts'],
  ['src/main/api/batches.ts', '../store/batches.ts'],
  ['src/main/api/import.ts', 'csv-parse'],
  ['src/main/station.ts', './sync/loop.ts'],
  ['src/main/index.ts', './desktop/window.ts'],
  ['src/main/desktop/window.ts', 'electron'],
  ['src/central/app.ts', '../http/error.ts'],
  ['src/renderer/page.tsx', 'react'],
  ['src/cli/index.ts', '../main/store/backup.ts'],
  ['tests/store/batches.test.ts', 'better-sqlite3'],
]

test.for(held)('%s may not import %s', ([importer, specifier]) => {
  expect(breach(importer, specifier)).toBeTypeOf('string')
})

test.for(open)('%s may import %s', ([importer, specifier]) => {
  expect(breach(importer, specifier)).toBeUndefined()
})

/** A house of its own with the real rules and one planted file; type-aware rules need types and are left out. */
function lintPlanted(file: string, text: string): string {
  const house = mkdtempSync(join(tmpdir(), 'lotkeeper-walls-'))
  try {
    for (const name of ['scripts/walls.ts', 'scripts/oxlint-house.ts'])
      cpSync(join(root, name), join(house, name))
    const config = readFileSync(join(root, '.oxlintrc.json'), 'utf8')
    writeFileSync(join(house, '.oxlintrc.json'), config.replace('"typeAware": true', '"typeAware": false'))
    writeFileSync(join(house, 'package.json'), '{"type":"module"}')
    mkdirSync(dirname(join(house, file)), { recursive: true })
    writeFileSync(join(house, file), text)
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
    const { stdout, stderr } = spawnSync(process.execPath, [oxlint, file], {
      cwd: house,
      encoding: 'utf8',
    })
    return stdout + stderr
  } finally {
    rmSync(house, { recursive: true })
  }
}

const planted: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['house(walls)', 'src/model/a.ts', `import { z } from 'pino'\nexport const a = z\n`],
  ['house(walls)', 'src/model/a.ts', `export * from 'pino'\n`],
  ['house(walls)', 'src/main/station.ts', `export const electron = await import('electron')\n`],
  ['house(walls)', 'src/main/api/a.ts', `export type Db = import('better-sqlite3').Database\n`],
  [
    'house(walls)',
    'src/main/api/a.ts',
    `import type { Loop } from '../sync/loop.ts'\nexport type A = Loop\n`,
  ],
  ['no-restricted-properties', 'src/main/api/a.ts', `export const home = process.env['HOME']\n`],
  [
    'no-restricted-imports',
    'src/main/api/a.ts',
    `import { env } from 'node:process'\nexport const e = env\n`,
  ],
  ['max-lines', 'src/main/api/a.ts', 'export {}\n'.repeat(301)],
  ['no-default-export', 'src/main/api/a.ts', 'export default 1\n'],
]

test.for(planted)('lint shows %s in %s', ([rule, file, text]) => {
  expect(lintPlanted(file, text)).toContain(rule)
})

test('lint is quiet where nothing is wrong, and has looked', () => {
  const said = lintPlanted('src/main/config.ts', `export const home = process.env['HOME']\n`)
  expect(said).toContain('0 errors')
  expect(said).toMatch(/on 1 file /)
})
