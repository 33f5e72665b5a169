import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import type { WireRequest } from '../../src/http/wire.ts'
import { operatorPage } from '../../src/main/api/page.ts'
import { attachmentEndpoints } from '../../src/model/attachment.ts'
import { batchEndpoints } from '../../src/model/batch.ts'
import type { Endpoint } from '../../src/model/endpoint.ts'
import { partEndpoints } from '../../src/model/part.ts'
import { procedureEndpoints } from '../../src/model/procedure.ts'
import { revisionEndpoints } from '../../src/model/revision.ts'
import { runEndpoints } from '../../src/model/run.ts'
import { stationEndpoints } from '../../src/model/station.ts'
import { unitEndpoints } from '../../src/model/unit.ts'
import { userEndpoints } from '../../src/model/user.ts'
import { versionEndpoints } from '../../src/model/version.ts'
import { openStation } from '../support/station.ts'

interface Description {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}
interface Operation {
  operationId: string
  parameters: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[]
  requestBody?: { content: Record<string, { schema: Record<string, unknown> }> }
  responses: Record<string, unknown>
}

const endpoints: readonly Endpoint[] = [
  attachmentEndpoints,
  batchEndpoints,
  partEndpoints,
  revisionEndpoints,
  unitEndpoints,
  stationEndpoints,
  userEndpoints,
  procedureEndpoints,
  versionEndpoints,
  runEndpoints,
].flatMap((noun) => Object.values<Endpoint>(noun))

async function description(): Promise<Description> {
  const station = await openStation()
  return station.done<Description>('GET', '/openapi.json', { key: null })
}

describe('GET /health', () => {
  test('says that it is well, to anybody', async () => {
    const station = await openStation()
    expect(await station.done('GET', '/health', { key: null })).toEqual({ status: 'ok', version: '0.1.0' })
  })
})

describe('GET /openapi.json', () => {
  test('describes each operation that is served, and no other', async () => {
    const { openapi, paths } = await description()
    expect(openapi).toBe('3.1.0')
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.toSorted()).toEqual(
      endpoints.map(({ method, path }) => `${method} /v2${path}`).toSorted(),
    )
    const ids = Object.values(paths).flatMap((operations) =>
      Object.values(operations).map((it) => it.operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('names every path parameter of a path', async () => {
    const { paths } = await description()
    for (const [path, operations] of Object.entries(paths))
      for (const { parameters } of Object.values(operations))
        expect(parameters.filter((it) => it.in === 'path').map((it) => `{${it.name}}`)).toEqual(
          path.split('/').filter((segment) => segment.startsWith('{')),
        )
  })

  test('tells the limits of the list as the reference page does', async () => {
    const { paths } = await description()
    const { parameters } = paths['/v2/batches']!['get']!
    const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
    expect(schemas).toMatchObject({
      ids: { type: 'array', items: { type: 'string' } },
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
      cursor: { type: 'integer', minimum: 0, maximum: 9007199254740991 },
      search_query: { type: 'string', maxLength: 100 },
      created_after: { type: 'string', format: 'date-time' },
      sort_by: { enum: ['number', 'created_at'], default: 'created_at' },
      sort_order: { enum: ['asc', 'desc'], default: 'desc' },
    })
    expect(parameters.filter((it) => it.required)).toEqual([])
  })

  test('refers to nothing that it does not contain', async () => {
    const whole = await description()
    const refs = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name!,
    )
    expect(refs.length).toBeGreaterThan(0)
    for (const name of new Set(refs)) expect(whole.components.schemas).toHaveProperty(name)
  })
})

describe('GET /docs', () => {
  test('comes whole from this server, and may fetch from nowhere else', async () => {
    const station = await openStation()
    const page = await station.call('GET', '/docs', { key: null })
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!)
    expect(files).toEqual(['/docs/viewer.css', '/docs/viewer.js', '/docs/start.js'])
    for (const file of files) expect((await station.call('GET', file, { key: null })).status).toBe(200)
    expect(page.text).not.toMatch(/https?:\/\//)
  })
})

test('GET / is a page even where none was built, and says how to build it', async () => {
  const answer = operatorPage(join(tmpdir(), 'no-such-folder'))({ method: 'GET' } as WireRequest, {
    segments: [],
    query: '',
  })
  expect(answer).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
  expect(answer?.body).toContain('npm run build')
})
