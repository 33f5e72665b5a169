import { readFileSync } from 'node:fs'

import { beforeEach, describe, expect, test } from 'vitest'

import { expectErrorShape } from '../support/scenario.ts'
import { type CallOptions, ORIGIN, type StationUnderTest, openStation } from '../support/station.ts'

/** A value's shape as the contract writes it. */
interface Shape {
  readonly type: string
  readonly required?: boolean
  readonly nullable?: boolean
  readonly fields?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly values?: { readonly of: readonly Shape[] }
  readonly enum?: readonly string[]
  readonly format?: string
}

interface Input extends Shape {
  readonly name: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: readonly Input[]
  readonly body: readonly Input[]
  readonly answer: Shape
}

const contract = JSON.parse(readFileSync(new URL('contract-endpoints.json', import.meta.url), 'utf8')) as {
  readonly operations: readonly Operation[]
  readonly not_built: readonly { readonly method: string; readonly path: string }[]
}

/** What each operation is asked for, and whether a user key and a station key may (contract v2 §2.11). */
const asked: Record<string, readonly [user: boolean, station: boolean, target: string, body?: unknown]> = {
  'batch-list': [true, true, '/v2/batches'],
  'batch-create': [true, true, '/v2/batches', { number: 'new' }],
  'batch-get': [true, true, '/v2/batches/L'],
  'batch-update': [true, false, '/v2/batches/L', { new_number: 'new' }],
  'batch-delete': [true, false, '/v2/batches/L'],
  'part-list': [true, true, '/v2/parts'],
  'part-create': [true, true, '/v2/parts', { number: 'new' }],
  'part-get': [true, true, '/v2/parts/P'],
  'part-update': [true, false, '/v2/parts/P', { name: 'new' }],
  'part-delete': [true, false, '/v2/parts/unused'],
  'part-createRevision': [true, true, '/v2/parts/P/revisions', { number: 'new' }],
  'part-getRevision': [true, true, '/v2/parts/P/revisions/A'],
  'part-updateRevision': [true, false, '/v2/parts/P/revisions/A', { number: 'new' }],
  'part-deleteRevision': [true, false, '/v2/parts/unused/revisions/A'],
  'unit-list': [true, true, '/v2/units?include_metadata=true'],
  'unit-create': [true, true, '/v2/units', { serial_number: 'new', part_number: 'P', revision_number: 'A' }],
  'unit-get': [true, true, '/v2/units/middle'],
  'unit-update': [true, true, '/v2/units/middle', { sample: null }],
  'unit-delete': [true, false, '/v2/units?serial_numbers=middle'],
  'unit-addChild': [true, true, '/v2/units/alone/children', { child_serial_number: 'top' }],
  'unit-removeChild': [true, true, '/v2/units/top/children?child_serial_number=middle'],
  'unit-createAttachment': [true, true, '/v2/units/middle/attachments', { name: 'a.csv' }],
  'unit-deleteAttachment': [true, true, '/v2/units/middle/attachments?ids=$attachment'],
  'attachment-initialize': [true, true, '/v2/attachments', { name: 'a.csv' }],
  'attachment-finalize': [true, true, '/v2/attachments/$attachment/finalize'],
  'station-list': [true, false, '/v2/stations'],
  'station-create': [true, false, '/v2/stations', { name: 'new' }],
  'station-getCurrent': [false, true, '/v2/stations/current'],
  'station-get': [true, true, '/v2/stations/$station'],
  'station-update': [true, false, '/v2/stations/$station', { name: 'new' }],
  'station-remove': [true, false, '/v2/stations/$other'],
  'user-list': [true, true, '/v2/users'],
}

/** Something of everything: a batch with a unit that has parent, child, file and metadata; an unused part; another station. */
async function furnish(station: StationUnderTest): Promise<{ other: string; attachment: string }> {
  await station.done('POST', '/v2/batches', { body: { number: 'L' } })
  for (const number of ['P', 'unused']) await station.done('POST', '/v2/parts', { body: { number } })
  for (const [i, serial_number] of ['top', 'middle', 'bottom', 'alone'].entries())
    await station.done('POST', '/v2/units', {
      key: i % 2 === 0 ? 'user' : 'station',
      body: {
        serial_number,
        part_number: 'P',
        revision_number: 'A',
        sample: 'golden',
        metadata: { a: 'x', n: 1.5 },
      },
    })
  await station.done('PATCH', '/v2/units/middle', { body: { batch_number: 'L' } })
  for (const [parent, child_serial_number] of [
    ['top', 'middle'],
    ['middle', 'bottom'],
  ])
    await station.done('PUT', `/v2/units/${parent}/children`, { body: { child_serial_number } })
  const { id: attachment, upload_url } = await station.done<{ id: string; upload_url: string }>(
    'POST',
    '/v2/units/middle/attachments',
    { body: { name: 'a.csv' } },
  )
  const bytes = { key: null, body: 'a;b', headers: { 'content-type': 'text/csv' } }
  await station.done('PUT', upload_url.replace(ORIGIN, ''), bytes)
  const { id: other } = await station.done('POST', '/v2/stations', { body: { name: 'other' } })
  return { other, attachment }
}

let station: StationUnderTest
let made: { other: string; attachment: string }

beforeEach(async () => {
  station = await openStation()
  made = await furnish(station)
})

function ask({ id, method }: Operation, options: CallOptions) {
  const [, , target, body] = asked[id]!
  const named = target
    .replace('$station', station.ids.station)
    .replace('$other', made.other)
    .replace('$attachment', made.attachment)
  return station.call(method, named, { body, ...options })
}

test('the contract is walked, whole', () => {
  expect(contract.operations.map(({ id }) => id).toSorted()).toEqual(Object.keys(asked).toSorted())
  expect(contract.not_built).toHaveLength(26)
})

describe('answers', () => {
  test.each(contract.operations)('$id answers in the shape of the contract', async (operation) => {
    const [user] = asked[operation.id]!
    const answer = await ask(operation, { key: user ? 'user' : 'station' })
    expect(answer).toMatchObject({ status: 200, type: 'application/json' })
    const compared = new Set<string>()
    const found = deviations(operation.answer, answer.json, operation.id, compared)
    expect(found.filter((deviation) => !compared.has(deviation.replace(EMPTY, '')))).toEqual([])
  })

  test('what only clients of April want is there too', async () => {
    const shown = await station.done('GET', `/v2/stations/${made.other}`)
    expect(shown).toHaveProperty('connection_status')
  })

  test('a list that was not asked for metadata shows none in any item', async () => {
    const { data } = await station.done<{ data: object[] }>('GET', '/v2/units')
    for (const item of data) expect(item).not.toHaveProperty('metadata')
  })
})

/** Keys that the contract does not know but April's clients do (v2.md §2.0 "Superset"). */
const superset = new Set(['station-get.connection_status', 'station-getCurrent.connection_status'])

const EMPTY = ' is empty: nothing was compared'

/** Every documented key must stand there, required or not, with null rather than nothing. */
function deviations(shape: Shape, value: unknown, at: string, compared: Set<string>): string[] {
  if (value === null) return shape.nullable ? [] : [`${at} is null`]
  switch (shape.type) {
    case 'array':
      if (!Array.isArray(value)) return [`${at} is no array`]
      if (value.length === 0) return /procedures/.test(at) ? [] : [at + EMPTY]
      compared.add(at)
      return value.flatMap((item: unknown) => deviations(shape.items!, item, `${at}[]`, compared))
    case 'object': {
      if (typeof value !== 'object') return [`${at} is no object`]
      const known = Object.entries(shape.fields!)
      const found = value as Record<string, unknown>
      return [
        ...known.flatMap(([name, field]) =>
          found[name] === undefined
            ? [`${at}.${name} is missing`]
            : deviations(field, found[name], `${at}.${name}`, compared),
        ),
        ...Object.keys(found)
          .filter((name) => !(name in shape.fields!) && !superset.has(`${at}.${name}`))
          .map((name) => `${at}.${name} is not in the contract`),
      ]
    }
    case 'map':
      return Object.entries(value as object).flatMap(([name, item]) =>
        shape.values!.of.some(({ type }) => typeof item === type) ? [] : [`${at}.${name} is ${typeof item}`],
      )
    case 'integer':
      return Number.isSafeInteger(value) ? [] : [`${at} is no integer`]
    default: {
      if (typeof value !== shape.type) return [`${at} is ${typeof value}, not ${shape.type}`]
      if (shape.enum && !shape.enum.includes(value as string)) return [`${at} is ${value as string}`]
      const isTime =
        shape.format !== 'date-time' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value as string)
      return isTime ? [] : [`${at} is no 24-character time`]
    }
  }
}

describe('inputs', () => {
  test.each(contract.operations)(
    '$id takes the inputs of the contract',
    async ({ method, path, query, body }) => {
      const described = await describeOperation(method, path)
      const parameters = (described.parameters ?? []).filter((parameter) => parameter.in === 'query')
      expect(parameters.map(({ name }) => name).toSorted()).toEqual(query.map(({ name }) => name).toSorted())
      for (const parameter of parameters) {
        const input = query.find(({ name }) => name === parameter.name)!
        expect({ name: parameter.name, required: parameter.required }).toEqual({
          name: input.name,
          required: input.required ?? false,
        })
        expect(parameter.schema, input.name).toMatchObject(expected(input))
      }
      const schema = described.requestBody?.content['application/json'].schema
      expect(Object.keys(schema?.properties ?? {}).toSorted()).toEqual(
        body.map(({ name }) => name).toSorted(),
      )
      expect(schema?.required ?? []).toEqual(body.filter(({ required }) => required).map(({ name }) => name))
      for (const input of body) {
        const property = schema!.properties![input.name]!
        const sides = property.anyOf ?? [property.type].flat().map((type) => ({ ...property, type: type! }))
        expect(sides.some(({ type }) => type === 'null')).toBe(input.nullable ?? false)
        expect(sides[0], input.name).toMatchObject(expected(input))
      }
    },
  )
})

interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

interface Described {
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: JsonSchema }[]
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } }
  }
}

async function describeOperation(method: string, path: string): Promise<Described> {
  const { paths } = await station.done<{ paths: Record<string, Record<string, Described>> }>(
    'GET',
    '/openapi.json',
  )
  return paths[path]![method.toLowerCase()]!
}

/** A map stands in a body as an object, in a query as one JSON text. */
const jsonMap = expect.stringMatching(/^(string|object)$/) as unknown

/** What the description of an input must say. */
function expected(input: Input): object {
  const {
    type,
    items,
    enum: values,
    default: value,
    minimum,
    maximum,
    minLength,
    maxLength,
    pattern,
    format,
  } = input
  const said = { minimum, maximum, minLength, maxLength, pattern, format, default: value, enum: values }
  return {
    type: type === 'map' ? jsonMap : type,
    ...(items ? { items: items.enum ? { type: items.type, enum: items.enum } : { type: items.type } } : {}),
    ...Object.fromEntries(Object.entries(said).filter(([, one]) => one !== undefined)),
  }
}

describe('access', () => {
  const matrix = contract.operations.flatMap((operation) => {
    const [user, station_may] = asked[operation.id]!
    return [
      { operation, key: 'user', may: user },
      { operation, key: 'station', may: station_may },
    ]
  })

  test.each(matrix.filter(({ may }) => may))('$operation.id with a $key key', async ({ operation, key }) => {
    const answer = await ask(operation, { key })
    expect(answer.status, answer.text).toBe(200)
  })

  test.each(matrix.filter(({ may }) => !may))(
    '$operation.id not with a $key key',
    async ({ operation, key }) => {
      const answer = await ask(operation, { key })
      expect(answer.status, answer.text).toBe(403)
      expectErrorShape(answer)
    },
  )

  test.each(contract.operations)('$id without a key is 401', async (operation) => {
    const answer = await ask(operation, { key: null })
    expect(answer.status).toBe(401)
    expectErrorShape(answer)
  })
})

test.each(contract.not_built)('$method $path is not built: 404', async ({ method, path }) => {
  for (const mount of ['', '/api']) {
    const answer = await station.call(method, mount + path.replace(/\{\w+\}/, 'middle'), { body: {} })
    expect(answer.status).toBe(404)
    expectErrorShape(answer)
  }
})
