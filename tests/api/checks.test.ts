import { expect, test } from 'vitest'

import { type Scenario, batch, proveScenarios } from '../support/scenario.ts'
import { openStation } from '../support/station.ts'

const json = { 'content-type': 'application/json' }

/** unknown route → media type → JSON → key → rights → schema → logic (contract v2 §1.4) */
const order: Scenario[] = [
  {
    fact: 'an unknown route is 404 before anything else is looked at',
    request: 'POST /v2/nothing',
    by: null,
    body: '{',
    headers: { 'content-type': 'text/plain' },
    status: 404,
  },
  {
    fact: 'then the media type is looked at',
    request: 'POST /v2/batches',
    by: null,
    body: '{',
    headers: { 'content-type': 'text/plain' },
    status: 415,
  },
  {
    fact: 'then the JSON, before the key',
    request: 'POST /v2/batches',
    by: null,
    body: '{"number":',
    status: 400,
    code: 'PARSE_ERROR',
  },
  {
    fact: 'then the key, before the schema',
    request: 'POST /v2/batches',
    by: null,
    body: { number: '' },
    status: 401,
    says: 'Authorization: Bearer',
  },
  {
    fact: 'then the rights, before the schema and before what there is',
    request: 'PATCH /v2/batches/none',
    by: 'station',
    body: { new_number: '' },
    status: 403,
  },
  { fact: 'then the schema, before what there is', request: 'PATCH /v2/batches/none', body: {}, status: 400 },
  {
    fact: 'and then what there is',
    request: 'PATCH /v2/batches/none',
    body: { new_number: 'A' },
    status: 404,
  },
]

const media: Scenario[] = [
  ...['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/problem+json'].map(
    (type): Scenario => ({
      fact: `${type} is JSON`,
      request: 'POST /v2/batches',
      body: { number: 'A' },
      headers: { 'content-type': type },
      status: 200,
    }),
  ),
  ...['', 'text/json', 'multipart/form-data; boundary=x', 'json'].map((type): Scenario => ({
    fact: `"${type}" is no media type of ours`,
    request: 'POST /v2/batches',
    body: { number: 'A' },
    headers: { 'content-type': type },
    status: 415,
  })),
  {
    fact: 'a form is taken too',
    request: 'POST /v2/batches',
    body: 'number=A%2Bb&other=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 200,
    rows: { batches: ['A+b (0)'] },
  },
  {
    fact: 'a form that says nothing of use is refused by its schema',
    request: 'POST /v2/batches',
    body: '%%%=&&',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 400,
    says: 'Batch number is required',
  },
  {
    fact: 'an empty body is an empty object',
    request: 'POST /v2/batches',
    body: '',
    status: 400,
    says: 'Batch number is required',
  },
  ...['null', '5', '"text"', '[]', 'true'].map((body): Scenario => ({
    fact: `the body ${body} is no object`,
    request: 'POST /v2/batches',
    body,
    status: 400,
    code: 'BAD_REQUEST',
  })),
  ...[new Uint8Array([0x22, 0xff, 0x22]), '{"number":"A"} trailing', "{'number':'A'}", '\u0000'].map(
    (body): Scenario => ({
      fact: `the body ${JSON.stringify(body)} is not JSON`,
      request: 'POST /v2/batches',
      body,
      status: 400,
      code: 'PARSE_ERROR',
    }),
  ),
  {
    fact: 'DELETE with an empty JSON text, as MATLAB sends it',
    given: [batch('A')],
    request: 'DELETE /v2/batches/A',
    body: '""',
    headers: json,
    status: 200,
  },
]

const paths: Scenario[] = [
  ...[
    '/api/v2/batches/A+b',
    '/V2/BATCHES/A+B',
    '/v2//batches///A+b/',
    '//API/v2/Batches/a%2Bb',
    '/v2/batches/%41+b?x=%',
  ].map((target): Scenario => ({
    fact: `${target} is the batch A+b`,
    given: [batch('A+b')],
    request: `GET ${target}`,
    status: 200,
    answer: { number: 'A+b' },
  })),
  ...[
    '/v2/batches/A%20b',
    '/v2/batches/A b',
    '/batches/A+b',
    '/api/batches/A+b',
    '/v1/batches/A+b',
    '/v2/api/v2/batches',
  ].map((target): Scenario => ({
    fact: `${target} is not`,
    given: [batch('A+b')],
    request: `GET ${target}`,
    status: 404,
  })),
  ...['/v2/batches/100%', '/v2/batches/%', '/v2/batches/%zz', '/v2/batches/%ff', '/v2/batches/%C3'].map(
    (target): Scenario => ({
      fact: `${target} has a bad escape`,
      request: `GET ${target}`,
      by: null,
      status: 400,
      says: 'bad percent escape',
    }),
  ),
  {
    fact: 'a slash in a number is a slash once decoded, and no such batch',
    request: 'GET /v2/batches/a%2Fb',
    status: 404,
    says: 'Batch a/b not found',
  },
  {
    fact: 'dot segments are not resolved: this is a batch called ..',
    given: [batch('A')],
    request: 'GET /v2/parts/../batches',
    status: 404,
  },
]

const keys: Scenario[] = [
  ...['bearer lk_user', 'BEARER lk_user', 'Bearer  lk_user '].map((authorization): Scenario => ({
    fact: `"${authorization}" is a key`,
    request: 'GET /v2/batches',
    by: null,
    headers: { authorization },
    status: 200,
  })),
  ...[
    'lk_user',
    'Bearer',
    'Bearer lk_user2',
    'Bearer lk_use',
    'Basic lk_user',
    'Bearer lk_user lk_user',
    'Bearer LK_USER',
    '',
  ].map((authorization): Scenario => ({
    fact: `"${authorization}" is not`,
    request: 'GET /v2/batches',
    by: null,
    headers: { authorization },
    status: 401,
  })),
]

proveScenarios([...order, ...media, ...paths, ...keys])

test('what one key was answered is not answered to another', async () => {
  const station = await openStation()
  expect(await station.call('GET', '/v2/users?current=true')).toMatchObject({ status: 200 })
  expect(await station.done('GET', '/v2/users?current=true', { key: 'station' })).toEqual([])
  expect(await station.call('GET', '/v2/users?current=true', { key: null })).toMatchObject({ status: 401 })
})

test('an answer that was kept is forgotten with the next write', async () => {
  const station = await openStation()
  const before = await station.call('GET', '/v2/batches')
  expect((await station.call('GET', '/v2/batches')).text).toBe(before.text)
  await station.done('POST', '/v2/batches', { body: { number: 'A' } })
  expect((await station.call('GET', '/v2/batches')).json).toMatchObject({ data: [{ number: 'A' }] })
})

test('a revoked key is refused at once', async () => {
  const station = await openStation()
  await station.done('GET', '/v2/batches')
  await station.store.commits.write((db) => db.run({ text: 'UPDATE keys SET revoked_at = 1', values: [] }))
  expect((await station.call('GET', '/v2/batches')).status).toBe(401)
  expect((await station.call('POST', '/v2/batches', { body: { number: 'A' } })).status).toBe(401)
})
