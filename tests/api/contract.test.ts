import { readFileSync } from 'node:fs'

import { beforeEach, describe, expect, test } from 'vitest'

import { linkProcedure } from '../../src/main/store/links.ts'
import { expectErrorShape, fill, runOf } from '../support/scenario.ts'
import { type CallOptions, ORIGIN, type StationUnderTest, openStation } from '../support/station.ts'

/** A value's shape as the contract writes it. */
interface Shape {
  readonly type: string
  readonly required?: boolean
  readonly nullable?: boolean
  readonly fields?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly values?: { readonly of: readonly Shape[] }
  readonly of?: readonly Shape[]
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
  'procedure-list': [true, true, '/v2/procedures'],
  'procedure-create': [true, false, '/v2/procedures', { name: 'new' }],
  'procedure-get': [true, true, '/v2/procedures/$procedure'],
  'procedure-update': [true, false, '/v2/procedures/$procedure', { name: 'new' }],
  'procedure-delete': [true, false, '/v2/procedures/$procedure'],
  'procedure-createVersion': [true, false, '/v2/procedures/$procedure/versions', { tag: 'new' }],
  'procedure-getVersion': [true, true, '/v2/procedures/$procedure/versions/1.0'],
  'procedure-deleteVersion': [true, false, '/v2/procedures/$procedure/versions/unused'],
  'run-list': [true, true, '/v2/runs?include_metadata=true'],
  'run-create': [true, true, '/v2/runs', { ...runOf('new'), procedure_id: '$procedure' }],
  'run-get': [true, true, '/v2/runs/$run'],
  'run-update': [true, true, '/v2/runs/$run', {}],
  'run-createAttachment': [true, true, '/v2/runs/$run/attachments', { name: 'a.csv' }],
  'run-updateMetadata': [true, true, '/v2/runs/$run/metadata', { metadata: { a: null } }],
  'run-delete': [true, false, '/v2/runs?ids=$run'],
}

/** Something of everything: a batch with a unit that has parent, child, file, run and metadata; an unused part; another station. */
async function furnish(station: StationUnderTest): Promise<ReadonlyMap<string, string>> {
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
  const procedure = await station.done('POST', '/v2/procedures', { body: { name: 'FCT' } })
  await station.done('POST', `/v2/procedures/${procedure.id}/versions`, { body: { tag: 'unused' } })
  const run = await station.done('POST', '/v2/runs', {
    body: {
      ...runOf('middle'),
      procedure_id: procedure.id,
      procedure_version: '1.0',
      batch_number: 'L',
      docstring: 'why',
      operated_by: 'ada@lotkeeper.invalid',
      metadata: { a: 'x', n: 1 },
      ...everythingMeasured,
    },
  })
  const of_run = await station.done<{ upload_url: string }>('POST', `/v2/runs/${run.id}/attachments`, {
    body: { name: 'a.csv' },
  })
  await station.done('PUT', of_run.upload_url.replace(ORIGIN, ''), bytes)
  const { id } = await station.done('POST', '/v2/stations', {
    body: { name: 'other', procedure_id: procedure.id },
  })
  await station.store.commits.write((db) => {
    const author = station.store.author({ kind: 'user', id: station.ids.user })
    return linkProcedure(db, author, station.ids.station, procedure.id)
  })
  return new Map([
    ['station', station.ids.station],
    ['other', id],
    ['procedure', procedure.id],
    ['run', run.id],
    ['attachment', attachment],
  ])
}

const times = { started_at: '2026-01-01T08:00:00Z', ended_at: '2026-01-01T08:00:10Z' }
const validators = [{ outcome: 'PASS', operator: '>=', expected_value: 1, is_decisive: true }]
const aggregations = [{ type: 'max', outcome: 'PASS', value: 4, unit: 'V', validators }]
const axis = { data: [1, 2], units: 's', name: 'x', description: 'time', validators, aggregations }

/** Of everything that a run may have measured, one. */
const everythingMeasured = {
  phases: [
    {
      name: 'power',
      outcome: 'PASS',
      ...times,
      docstring: 'supply',
      measurements: [
        {
          name: 'voltage',
          outcome: 'PASS',
          measured_value: 4.9,
          units: 'V',
          lower_limit: 1,
          validators,
          aggregations,
          x_axis: axis,
          y_axis: [axis],
          docstring: 'out',
        },
      ],
    },
  ],
  logs: [
    { level: 'INFO', timestamp: '2026-01-01T08:00:01Z', message: 'ok', source_file: 'a.py', line_number: 7 },
  ],
}

let station: StationUnderTest
let names: ReadonlyMap<string, string>

beforeEach(async () => {
  station = await openStation()
  names = await furnish(station)
})

function ask({ id, method }: Operation, options: CallOptions) {
  const [, , target, body] = asked[id]!
  return station.call(method, fill(target, names), { body: fill(body, names), ...options })
}

test('the contract is walked, whole', () => {
  expect(contract.operations.map(({ id }) => id).toSorted()).toEqual(Object.keys(asked).toSorted())
  expect(contract.not_built).toHaveLength(11)
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
    const shown = await station.done('GET', `/v2/stations/${names.get('other')}`)
    expect(shown).toHaveProperty('connection_status')
    expect(shown).toHaveProperty('procedures.0.identifier', null)
    const listed = await station.done('GET', '/v2/procedures')
    expect(listed).toHaveProperty('data.0.runs.0.unit.id')
    expect(listed).toHaveProperty('data.0.linkedRepository', null)
    const procedure = await station.done('GET', `/v2/procedures/${names.get('procedure')}`)
    expect(procedure).toHaveProperty('identifier', null)
  })

  test('a list that was not asked for metadata shows none in any item', async () => {
    const { data } = await station.done<{ data: object[] }>('GET', '/v2/units')
    for (const item of data) expect(item).not.toHaveProperty('metadata')
  })
})

/** Keys that the contract does not know but clients of April (v2.md §2.0 "Superset") or autumn do, and our own. */
const superset = new Set([
  'station-get.connection_status',
  'station-getCurrent.connection_status',
  'station-get.procedures[].identifier',
  'station-getCurrent.procedures[].identifier',
  'station-list.data[].procedures[].identifier',
  'procedure-get.identifier',
  'procedure-list.data[].runs',
  'run-get.payload',
  'run-get.config',
  'run-get.secrets',
  'run-get.phases[].sequence_path',
  ...['execution_id', 'slot_key', 'slot_name'].flatMap((key) => [`run-get.${key}`, `run-list.data[].${key}`]),
  'run-get.phases[].measurements[].docstring',
])

const EMPTY = ' is empty: nothing was compared'

/** Every documented key must stand there, required or not, with null rather than nothing. */
function deviations(shape: Shape, value: unknown, at: string, compared: Set<string>): string[] {
  if (value === null) return shape.nullable ? [] : [`${at} is null`]
  switch (shape.type) {
    case 'array':
      if (!Array.isArray(value)) return [`${at} is no array`]
      if (value.length === 0) return [at + EMPTY]
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
    case 'union':
      return shape.of!.some((side) => deviations(side, value, at, compared).length === 0)
        ? []
        : [`${at} is none of what it may be`]
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

/** Whole numbers are numbers. */
const anyNumber = expect.stringMatching(/^(number|integer)$/) as unknown

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
    type: type === 'map' ? jsonMap : type === 'number' ? anyNumber : type,
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
