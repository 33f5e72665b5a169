import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { fillCorpus } from './mutants.ts'
import { type Plan, plan } from './plan.ts'
import { shrunk } from './shrink.ts'
import { simulate } from './simulate.ts'

/**
 * Plays as many runs as one likes: `npm run simulate -- --seeds 100000 --from 1`.
 * `--plan FILE` plays one run again that was written down, `--stop` ends at the first failure, `--shrink` makes it small
 * and prints it, `--deep` compares the fold after every write of every run. `--sabotages` instead looks for runs that find
 * the sabotages, and writes them into the corpus where it has none.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    plan: { type: 'string' },
    stop: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    deep: { type: 'boolean', default: false },
    sabotages: { type: 'boolean', default: false },
  },
})

function* plans(): Generator<Plan> {
  if (values.plan !== undefined) {
    yield JSON.parse(readFileSync(values.plan, 'utf8')) as Plan
    return
  }
  const from = Number(values.from)
  for (let seed = from; seed < from + Number(values.seeds); seed += 1) {
    const chosen = plan(seed)
    yield values.deep ? { ...chosen, deep: true } : chosen
  }
}

if (values.sabotages) {
  await fillCorpus(values.from, values.seeds)
  process.exit()
}

const totals: Record<string, number> = {}
const knowledge = { asked: 0, false_unseen: 0 }
const started = performance.now()
let seeds = 0
let failed = 0
for (const one of plans()) {
  const { failure, stats, knowledge: known } = simulate(one)
  seeds += 1
  for (const [what, times] of Object.entries(stats)) totals[what] = (totals[what] ?? 0) + times
  knowledge.asked += known.asked
  knowledge.false_unseen += known.false_unseen
  if (failure === null) continue
  failed += 1
  if (failed <= 20) console.log(`seed ${one.seed}: ${failure}`)
  if (values.shrink) console.log(`plan ${JSON.stringify(shrunk(one))}`)
  if (values.stop) break
}
for (const what of Object.keys(totals).sort()) console.log(`${what.padEnd(32)} ${totals[what]}`)
console.log(`seen: ${knowledge.asked} asked, ${knowledge.false_unseen} wrongly unseen`)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(`${seeds} seeds, ${totals['operations'] ?? 0} operations, ${seconds} s, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
