/**
 * The official clients against a running station: the Python client with our own assertions, two releases of it,
 * the Rust client with the suites that its own crate ships, and a day on the floor with two kills and no network. Needs python3 and cargo, and PyPI and crates.io once;
 * what was fetched and built is kept in the system's temporary folder.
 * They run side by side: each has a station of its own, and waits for its answers most of the time. What each said is printed
 * when it ends. Prints, last and alone on its line, `N passed, N failed`.
 *
 *   --build   only fetches and builds what is needed, as something else is tested
 */
import { type SpawnOptions, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const CACHE = join(tmpdir(), 'lotkeeper-clients')

/** Each release with the file of what it alone has. */
const PYTHON_RELEASES = [
  { release: '2.2.7', own: 'test_spring_release.py' },
  { release: '2.26.1', own: 'test_autumn_release.py' },
]
const RUST_RELEASE = '2.26.1'

/** The Rust suites for what this server has. */
const RUST_SUITES = [
  'attachments',
  'batches',
  'parts',
  'procedures',
  'revisions',
  'runs_create',
  'runs_create_aggregations',
  'runs_create_mdm',
  'runs_create_validators',
  'runs_delete',
  'runs_get',
  'runs_list',
  'runs_update',
  'stations',
  'unit_children',
  'units',
  'users',
  'versions',
]

interface Count {
  readonly passed: number
  readonly failed: number
}

/** What a lane counted and what its programs wrote. */
interface Result extends Count {
  readonly said: string
}

interface Station {
  readonly url: string
  readonly user: string
  readonly station: string
  stop(): Promise<void>
}

/** Runs a program to its end. @returns its stdout. What it writes to stderr is shown at once. */
function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, ...options, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** @throws where the program ended badly, with what it said */
async function must(command: string, args: readonly string[], options?: SpawnOptions): Promise<string> {
  const { code, output } = await run(command, args, options)
  if (code !== 0) throw new Error(`${output}${command} ${args.join(' ')} ended with code ${code}`)
  return output
}

/** A station of its own on a free port, with a new data folder. */
async function startStation(): Promise<Station> {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-clients-station-'))
  const child = spawn(
    process.execPath,
    [join(ROOT, 'src/main/headless.ts'), '--port', '0', '--data-dir', folder],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    child.once('exit', (code) => reject(new Error(`the station ended with code ${code}`)))
  })
  const { url } = JSON.parse(ready) as { url: string }
  const keys = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as {
    user: string
    station: string
  }
  return {
    url,
    ...keys,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** On a station that is gone afterwards. */
async function onStation<Value>(use: (station: Station) => Promise<Value>): Promise<Value> {
  const station = await startStation()
  try {
    return await use(station)
  } finally {
    await station.stop()
  }
}

function python(release: string, own: string, { url, user, station }: Station): Promise<Result> {
  const folder = join(ROOT, 'tests/clients/python')
  return pytest(release, 'report.xml', {
    files: ['test_attachments.py', 'test_batches.py', 'test_inventory.py', 'test_runs.py', own].map((name) =>
      join(folder, name),
    ),
    env: { LOTKEEPER_URL: url, LOTKEEPER_USER_KEY: user, LOTKEEPER_STATION_KEY: station },
  })
}

/** Starts its own station and its own headquarters. */
const floor = () =>
  pytest(PYTHON_RELEASES.at(-1)!.release, 'floor.xml', {
    files: [join(ROOT, 'tests/clients/floor')],
    env: { LOTKEEPER_NODE: process.execPath },
  })

/** Tests with a release of the official client in an environment of its own. */
async function pytest(
  release: string,
  name: string,
  { files, env }: { readonly files: readonly string[]; readonly env: Record<string, string> },
): Promise<Result> {
  const venv = await environments.get(release)!
  const report = join(venv, name)
  rmSync(report, { force: true })
  const { output } = await run(
    programIn(venv, 'python'),
    ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--junitxml', report, ...files],
    { env: { ...process.env, ...env, DISABLE_TELEMETRY: 'true', PYTHONDONTWRITEBYTECODE: '1' } },
  )
  const counts = existsSync(report)
    ? /errors="(\d+)" failures="(\d+)" skipped="(\d+)" tests="(\d+)"/.exec(readFileSync(report, 'utf8'))
    : null
  if (!counts) throw new Error(`${output}pytest left no report`)
  const [errors, failures, skipped, tests] = counts.slice(1).map(Number) as [number, number, number, number]
  const failed = errors + failures + skipped
  return { passed: tests - failed, failed, said: output }
}

const programIn = (venv: string, name: string) =>
  join(venv, process.platform === 'win32' ? 'Scripts' : 'bin', name)

/** An environment with this release of the official client and what it needs. @returns its folder */
async function madeEnvironment(release: string): Promise<string> {
  const venv = join(CACHE, `python-${release}`)
  if (existsSync(join(venv, 'ready'))) return venv
  await must(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', '--clear', venv])
  const install = ['install', '-q', '--disable-pip-version-check']
  const needed = join(ROOT, 'tests/clients/python/requirements.txt')
  await must(programIn(venv, 'pip'), [...install, '-r', needed])
  await must(programIn(venv, 'pip'), [...install, '--no-deps', `tofupilot==${release}`])
  writeFileSync(join(venv, 'ready'), '')
  return venv
}

const rustTests = ['test', '-q', ...RUST_SUITES.flatMap((suite) => ['--test', suite]), '--no-fail-fast']

/** Nobody looks into the suites with a debugger, and nobody builds them again: a fifth less to build, and a quarter of the disk. */
const RUST_BUILD = { CARGO_PROFILE_DEV_DEBUG: '0', CARGO_INCREMENTAL: '0' }

/** The client's crate with its suites built. @returns its folder */
async function builtCrate(): Promise<string> {
  const crate = join(CACHE, `rust-${RUST_RELEASE}`)
  if (!existsSync(join(crate, 'Cargo.toml'))) {
    const probe = join(CACHE, 'rust-probe')
    rmSync(probe, { recursive: true, force: true })
    mkdirSync(join(probe, 'src'), { recursive: true })
    writeFileSync(join(probe, 'src/lib.rs'), '')
    writeFileSync(
      join(probe, 'Cargo.toml'),
      `[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\ntofupilot = "=${RUST_RELEASE}"\n`,
    )
    const metadata = await must('cargo', ['metadata', '--format-version', '1'], { cwd: probe })
    const { packages } = JSON.parse(metadata) as { packages: { name: string; manifest_path: string }[] }
    const source = packages.find(({ name }) => name === 'tofupilot')!.manifest_path
    cpSync(join(source, '..'), crate, { recursive: true })
  }
  await must('cargo', [...rustTests, '--no-run'], { cwd: crate, env: { ...process.env, ...RUST_BUILD } })
  return crate
}

/**
 * One test at a time: all tests of a suite share one client, whose connections live and die with the runtime of the test that opened
 * them. Of two at a time one can end while the other uses its connection ("runtime dropped the dispatch task"), whatever the server does.
 */
const ONE_BY_ONE = ['--', '--test-threads=1']

async function rust(crate: string, { url, user }: Station): Promise<Result> {
  const { output } = await run('cargo', [...rustTests, ...ONE_BY_ONE], {
    cwd: crate,
    env: { ...process.env, ...RUST_BUILD, TOFUPILOT_URL: url, TOFUPILOT_API_KEY_USER: user },
  })
  const results = [...output.matchAll(/test result: \w+\. (\d+) passed; (\d+) failed/g)]
  // A suite that did not even build has no result line.
  const missing = RUST_SUITES.length - results.length
  return {
    passed: results.reduce((sum, [, passed]) => sum + Number(passed), 0),
    failed: results.reduce((sum, [, , failed]) => sum + Number(failed), missing),
    said: output,
  }
}

async function counted(name: string, lane: () => Promise<Result>): Promise<Count> {
  const started = performance.now()
  const { said, passed, failed } = await lane().catch((error: Error) => ({
    said: `${error.message}\n`,
    passed: 0,
    failed: 1,
  }))
  const seconds = Math.round((performance.now() - started) / 1_000)
  console.log(`\n${name}\n${said}${name}: ${passed} passed, ${failed} failed, ${seconds} s`)
  return { passed, failed }
}

mkdirSync(CACHE, { recursive: true })
const environments = new Map(PYTHON_RELEASES.map(({ release }) => [release, madeEnvironment(release)]))
// Who waits for one hears of a failure.
for (const made of environments.values()) made.catch(() => {})
if (process.argv.includes('--build')) await Promise.all([...environments.values(), builtCrate()])
else await testAll()

async function testAll(): Promise<void> {
  const counts = await Promise.all([
    ...PYTHON_RELEASES.map(({ release, own }) =>
      counted(`Python client ${release}`, () => onStation((it) => python(release, own, it))),
    ),
    counted(`Rust client ${RUST_RELEASE}, its own suites`, async () => {
      const crate = await builtCrate()
      return onStation((it) => rust(crate, it))
    }),
    counted('a day on the floor', floor),
  ])
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  process.exitCode = failed > 0 ? 1 : 0
  console.log(`${passed} passed, ${failed} failed`)
}
