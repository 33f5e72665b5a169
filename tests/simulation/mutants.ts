import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { corpusFile, sabotaged } from './mutate.ts'
import { sabotages } from './sabotages.ts'

/** Looks for a run that finds each sabotage which has none yet, and writes the smallest into the corpus. */
export async function fillCorpus(from: string, seeds: string): Promise<void> {
  for (const sabotage of sabotages) {
    const file = corpusFile(sabotage)
    if (existsSync(file)) continue
    const said = await sabotaged(sabotage, ['--stop', '--shrink', '--deep', '--from', from, '--seeds', seeds])
    const failure = /^seed (\d+: .*)$/m.exec(said)?.[1]
    const plan = /^plan (.*)$/m.exec(said)?.[1]
    console.log(`${failure ?? 'NOT FOUND'}  <- ${sabotage.name}`)
    if (plan === undefined) continue
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(JSON.parse(plan), null, 1)}\n`)
  }
}
