import { isProblem, type Problem, problem } from '../host/problem.ts'
import type { Brought } from '../main/store/records.ts'
import { openForWriting, type Writing } from './writing.ts'
import { print, type Given } from './command.ts'
import { demoRecords } from './demo-records.ts'
import { startProgress } from './progress.ts'

const SLICE = { server: 100, command: 2_000 } as const

export async function run({ flags, config, usage }: Given): Promise<number | Problem> {
  const [batches, units, seed] = [flags['batches'], flags['units-per-batch'], flags['seed'] ?? '1'].map(whole)
  if (batches === undefined || units === undefined || seed === undefined)
    return problem('--batches, --units-per-batch and --seed are whole numbers', `Usage: ${usage}`)
  const writing = await openForWriting(config)
  if (isProblem(writing)) return writing
  try {
    const made = await fill(writing, batches, units, seed)
    if (isProblem(made)) return made
    print(JSON.stringify(made))
    return 0
  } finally {
    await writing.close()
  }
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

interface Made {
  batches: number
  units: number
  units_there: number
}

async function fill(writing: Writing, batches: number, units: number, seed: number): Promise<Made | Problem> {
  const made: Made = { batches: 0, units: 0, units_there: 0 }
  const progress = startProgress('making   ', batches * Math.max(units, 1))
  let done = 0
  try {
    let waiting: object[] = []
    const send = async (last: boolean): Promise<Problem | undefined> => {
      const records = waiting.slice(0, SLICE[writing.by])
      const brought = await writing.run<Brought>('records-bring', { records, last })
      if (isProblem(brought)) return brought
      waiting = waiting.slice(brought.done)
      for (const name of ['batches', 'units', 'units_there'] as const) made[name] += brought[name]
      progress.to((done += brought.done))
      return undefined
    }
    for (const record of demoRecords(batches, units, seed)) {
      waiting.push(record)
      while (waiting.length > SLICE[writing.by]) {
        const failed = await send(false)
        if (failed) return failed
      }
    }
    while (waiting.length > 0) {
      const failed = await send(true)
      if (failed) return failed
    }
    return made
  } finally {
    progress.stop()
  }
}
