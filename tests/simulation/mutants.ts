import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'

import { corpusFile, sabotaged } from './mutate.ts'
import { sabotages } from './sabotages.ts'

/**
 * Looks for runs that find each sabotage and writes the smallest into the corpus, for those that have none yet:
 * `node tests/simulation/mutants.ts --seeds 5000`.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
})
for (const sabotage of sabotages) {
  const file = corpusFile(sabotage)
  if (!sabotage.name.includes(values.only) || existsSync(file)) continue
  const said = await sabotaged(sabotage, [
    '--stop',
    '--shrink',
    '--deep',
    '--from',
    values.from,
    '--seeds',
    values.seeds,
  ])
  const failure = /^seed (\d+: .*)$/m.exec(said)?.[1]
  const plan = /^plan (.*)$/m.exec(said)?.[1]
  console.log(`${(failure ?? 'NOT FOUND').slice(0, 90)}  <- ${sabotage.name}`)
  if (plan === undefined) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(JSON.parse(plan), null, 1)}\n`)
}
