/** Asks one server as fast as it answers, from a process of its own; prints requests per second. */
import { createRequire } from 'node:module'

interface Result {
  readonly requests: { readonly average: number }
  readonly latency: { readonly p50: number; readonly p99: number }
  readonly non2xx: number
  readonly errors: number
}
interface Request {
  path: string
}
interface Options {
  readonly url: string
  readonly connections: number
  readonly duration: number
  readonly headers: Record<string, string>
  readonly requests?: { method: 'GET'; setupRequest: (request: Request) => Request }[]
}

const { url, path, connections, seconds, key, fresh } = JSON.parse(process.argv[2]!) as {
  url: string
  path: string
  connections: number
  seconds: number
  key: string
  /** Ask each time under another name, so that no answer is remembered: parameters nobody knows are not looked at. */
  fresh: boolean
}
const autocannon = createRequire(import.meta.url)('autocannon') as (options: Options) => Promise<Result>
let asked = 0
const result = await autocannon({
  url: url + path,
  connections,
  duration: seconds,
  headers: { authorization: `Bearer ${key}` },
  ...(fresh && {
    requests: [
      {
        method: 'GET',
        setupRequest: (request) => ({
          ...request,
          path: `${path}${path.includes('?') ? '&' : '?'}n=${(asked += 1)}`,
        }),
      },
    ],
  }),
})
if (result.non2xx > 0 || result.errors > 0)
  throw new Error(`${result.non2xx} refused, ${result.errors} failed`)
process.stdout.write(
  `${JSON.stringify({ per_second: result.requests.average, p99_ms: result.latency.p99 })}\n`,
)
