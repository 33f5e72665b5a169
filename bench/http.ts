import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { dataFolder } from './data.ts'
import { type Result, atLeast, atMost, median } from './results.ts'
import { KEY, anonymousMb, start, startStation, timeFirstAnswer, timeProcess } from './station.ts'

const run = promisify(execFile)
const ROUNDS = 5
const SECONDS = 3

interface Load {
  readonly url: string
  readonly path: string
  readonly connections: number
  readonly fresh?: boolean
  readonly seconds?: number
}

/** Requests per second, asked for by a process of its own. */
export async function load({
  url,
  path,
  connections,
  fresh = false,
  seconds = SECONDS,
}: Load): Promise<number> {
  const asked = JSON.stringify({ url, path, connections, seconds, key: KEY, fresh })
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'load.ts'), asked])
  return (JSON.parse(stdout) as { per_second: number }).per_second
}

/** The default list over HTTP beside a bare server that answers the same bytes, in turns. */
export async function measureHttp(count: number): Promise<Result[]> {
  const station = await startStation(count)
  const answer = await fetch(`${station.url}/v2/batches`, { headers: { authorization: `Bearer ${KEY}` } })
  mkdirSync(dataFolder(count), { recursive: true })
  const file = join(dataFolder(count), 'page.json')
  writeFileSync(file, await answer.text())
  const fixed = await start(join('bench', 'fixed-server.ts'), [file])
  const results: Result[] = []
  try {
    for (const connections of [16, 64]) {
      const rates = { fixed: [] as number[], fresh: [] as number[], repeated: [] as number[] }
      const path = '/v2/batches'
      // One round to warm up, which does not count.
      for (let round = -1; round < ROUNDS; round++) {
        const rate = {
          fixed: await load({ url: fixed.url, path, connections }),
          fresh: await load({ url: station.url, path, connections, fresh: true }),
          repeated: await load({ url: station.url, path, connections }),
        }
        if (round < 0) continue
        rates.fixed.push(rate.fixed)
        rates.fresh.push(rate.fresh)
        rates.repeated.push(rate.repeated)
      }
      const ratio = (part: number[]) => median(part.map((rate, i) => rate / rates.fixed[i]!))
      const detail = (part: number[]) =>
        `${Math.round(median(part))} of ${Math.round(median(rates.fixed))} requests/s, ${connections} connections, ${count} batches`
      const at16 = connections === 16
      results.push(
        {
          what: `default list, not remembered, ${connections} connections`,
          value: ratio(rates.fresh),
          target: at16 ? atLeast(0.3) : undefined,
          detail: detail(rates.fresh),
        },
        {
          what: `default list, repeated, ${connections} connections`,
          value: ratio(rates.repeated),
          target: at16 ? atLeast(0.8) : undefined,
          detail: detail(rates.repeated),
        },
      )
    }
    const memory = anonymousMb(station.pid)
    if (memory !== undefined)
      results.push({
        what: 'memory under load, MB',
        value: memory,
        target: atMost(120),
        detail: `anonymous, ${count} batches`,
      })
  } finally {
    await fixed.stop()
    await station.stop()
  }
  return results
}

/** From starting the process to its first answer, beside a process that does nothing. */
export async function measureStart(count: number): Promise<Result> {
  const starts: number[] = []
  const empty: number[] = []
  for (let round = -1; round < 9; round++) {
    const start_ms = await timeFirstAnswer(count)
    const empty_ms = await timeProcess(['-e', '0'])
    if (round < 0) continue
    starts.push(start_ms)
    empty.push(empty_ms)
  }
  return {
    what: 'process start to first answer, against an empty process',
    value: median(starts.map((start_ms, i) => start_ms / empty[i]!)),
    target: atMost(7),
    detail: `${Math.round(median(starts))} ms against ${Math.round(median(empty))} ms, ${count} batches`,
  }
}
