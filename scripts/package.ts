/**
 * `npm run package`: builds the app and packs it for this system. What follows `--` goes to electron-builder:
 * `-- --dir` stops before the installers, `-- --win` and `-- --linux` name a system; `--prebuilt` packs what was built before.
 * docs/packaging.md says the rest.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}

const given = process.argv.slice(2)
if (!given.includes('--prebuilt')) run('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn'])
run('electron-builder/cli.js', ['--publish', 'never', ...given.filter((word) => word !== '--prebuilt')])
