/**
 * `npm run check`: every check of the house, one line each; red if any is red.
 * A check that looked at nothing is red too: each step says how many files it saw.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

type Finding = { readonly ok: boolean; readonly seen: number; readonly output: string }
type Step = { readonly name: string; readonly run: () => Finding }

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const sources = globSync('{src,tests,bench,scripts}/**/*.{ts,tsx}', {
  cwd: root,
  exclude: ['**/node_modules/**'],
}).map(withSlashes)

function withSlashes(path: string): string {
  return path.split(sep).join('/')
}

/** A package's program is run by its own file: what lies in node_modules/.bin differs between systems. */
function programOf(name: string): string {
  const folder = join(root, 'node_modules', name)
  const { bin } = require(join(folder, 'package.json')) as { bin: string | Record<string, string> }
  const file = typeof bin === 'string' ? bin : (bin[name] ?? Object.values(bin)[0])
  if (file === undefined) throw new Error(`${name} has no program`)
  return join(folder, file)
}

function run(file: string, args: readonly string[]): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [file, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return { ok: status === 0, output: error ? String(error) : `${stdout}${stderr}`.trim() }
}

/** Runs a program that says itself how many files it saw. */
function counted(file: string, args: readonly string[], says: RegExp): Finding {
  const { ok, output } = run(file, args)
  return { ok, output, seen: Number(says.exec(output)?.[1] ?? 0) }
}

const tsc = programOf('typescript')

/** One world: its own libraries and its own walls. */
function typesOf(project: string): Finding & { readonly files: readonly string[] } {
  const { ok, output } = run(tsc, ['-p', project, '--listFiles', '--pretty', 'false'])
  const lines = output.split(/\r?\n/)
  const listed = lines.filter((line) => /^(\/|[A-Za-z]:[\\/]).*\.[cm]?tsx?$/.test(line))
  const files = listed
    .map((file) => withSlashes(relative(root, file)))
    .filter((file) => !file.startsWith('..') && !file.startsWith('node_modules/'))
  const said = lines.filter((line) => !listed.includes(line)).join('\n')
  return { ok, output: said, seen: files.length, files }
}

/** Every world that tsconfig.json refers to; a source that is in none of them is red. */
function types(): Finding {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
    references: readonly { readonly path: string }[]
  }
  const worlds = references.map(({ path }) => ({ path, ...typesOf(path) }))
  const visited = new Set(worlds.flatMap((world) => world.files))
  const missed = sources.filter((file) => !visited.has(file))
  return {
    ok: worlds.every((world) => world.ok && world.seen > 0) && missed.length === 0,
    seen: visited.size,
    output: [
      ...worlds.map((world) =>
        world.seen > 0 ? world.output : `${world.path} visited no file\n${world.output}`,
      ),
      ...missed.map(
        (file) => `${file} is in no world: name its folder in a tsconfig that tsconfig.json refers to`,
      ),
    ]
      .filter((text) => text !== '')
      .join('\n'),
  }
}

/** knip does not say what it saw, so it must also find the unused file that a planted configuration shows it. */
function unused(): Finding {
  const knip = programOf('knip')
  const { ok, output } = run(knip, ['--no-progress'])
  const blind = run(knip, ['--no-progress', '--config', 'scripts/planted/knip.json', '--reporter', 'json'])
  const sees = blind.output.includes('scripts/planted/unused.ts')
  return {
    ok: ok && sees,
    seen: sees ? sources.length : 0,
    output: sees ? output : `knip did not see the planted file\n${blind.output}`,
  }
}

const steps: readonly Step[] = [
  {
    name: 'lock',
    run: () => counted(join(import.meta.dirname, 'check-lock.ts'), [], /(\d+) locked packages/),
  },
  { name: 'types', run: types },
  { name: 'lint and walls', run: () => counted(programOf('oxlint'), [], /on (\d+) files/) },
  { name: 'format', run: () => counted(programOf('oxfmt'), ['--check'], /on (\d+) files/) },
  { name: 'unused code', run: unused },
]

let red = 0
for (const step of steps) {
  const started = performance.now()
  const { ok, seen, output } = step.run()
  const green = ok && seen > 0
  if (!green) red += 1
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${green ? 'ok  ' : 'FAIL'} ${step.name} (${seen} seen, ${seconds} s)`)
  if (!green) console.log(output === '' ? 'it visited nothing' : output)
}
process.exitCode = red > 0 ? 1 : 0
