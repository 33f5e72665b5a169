/**
 * `npm run bench [-- --large] [lists http start creates import peers sync runs page]`: measures all sections or those that are named, prints
 * what it finds, writes bench/results.json and the tables of docs/performance.md. Ratios in one run are the point; absolute times
 * belong to the machine. `--large` adds a million batches with ten units each.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { openData, warm } from './data.ts'
import { measureHttp, measureStart } from './http.ts'
import { measurePage } from './page.ts'
import { measurePeers } from './peers.ts'
import { type Result, atMost, print, save } from './results.ts'
import { measureRuns } from './runs.ts'
import { checkShapes, shapes, timeShape } from './shapes.ts'
import { measureSync } from './sync.ts'
import { measureCreates, measureImport } from './writes.ts'

const { values, positionals: wanted } = parseArgs({
  options: { large: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const largest = values.large ? 1_000_000 : 100_000
const sizes = values.large ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]

/** Load and peers are installed when first needed, with the bench's own lock; none of their scripts runs. */
function installTools(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules', 'autocannon'))) return
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}

function measureLists(): Result[] {
  const databases = new Map(sizes.map((count) => [count, openData(count)]))
  for (const count of sizes) warm(count)
  for (const [count, db] of databases) checkShapes(db, count)
  const results = shapes.map((shape): Result => {
    const timed = timeShape(shape, databases)
    const p50 = sizes.map((count) => Math.round(timed.get(count)!.p50_us))
    const result: Result = {
      what: `list: ${shape.name}`,
      value: timed.get(largest)!.p50_us / timed.get(sizes[0]!)!.p50_us,
      target: shape.target === undefined ? undefined : atMost(shape.target),
      detail: `p50 ${p50.join(' · ')} µs at ${sizes.join(' · ')}`,
    }
    print(result)
    return result
  })
  for (const db of databases.values()) db.close()
  return results
}

const sections: Record<string, () => Promise<Result[]> | Result[]> = {
  lists: measureLists,
  http: () => measureHttp(largest),
  start: async () => [await measureStart(largest)],
  creates: measureCreates,
  import: measureImport,
  peers: measurePeers,
  sync: () => measureSync(values.large),
  runs: () => measureRuns(values.large),
  page: () => measurePage(values.large ? 1_000_000 : 10_000),
}

const unknown = wanted.find((name) => !Object.hasOwn(sections, name))
if (unknown !== undefined) {
  console.error(`there is no section "${unknown}": they are ${Object.keys(sections).join(', ')}`)
  process.exit(1)
}
installTools()
for (const [name, measure] of Object.entries(sections)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n${name}`)
  const found = await measure()
  if (name !== 'lists') for (const result of found) print(result)
  save(name, found)
}
