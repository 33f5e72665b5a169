import { expect } from 'vitest'

import { type Scenario, batch, inBatch, part, proveScenarios, unit } from '../support/scenario.ts'
import { START } from '../support/station.ts'

const LONG = 'L'.repeat(60)

const create: Scenario[] = [
  {
    fact: 'a batch is created',
    request: 'POST /v2/batches',
    body: { number: 'LOT-1' },
    status: 200,
    answer: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    wrote: ['batch.create'],
    rows: { batches: ['LOT-1 (0)'] },
  },
  {
    fact: 'a station may create one',
    request: 'POST /v2/batches',
    by: 'station',
    body: { number: 'A.b:c+d-e_f' },
    status: 200,
    rows: { batches: ['A.b:c+d-e_f (0)'] },
  },
  {
    fact: 'the 409 names the batch that has the number, in any case',
    given: [batch('Lot-1')],
    request: 'POST /v2/batches',
    body: { number: 'LOT-1' },
    status: 409,
    says: 'already exists',
    answer: { existing_id: '$1' },
  },
  {
    fact: 'the number of a deleted batch is free',
    given: [batch('A'), ['DELETE /v2/batches/A']],
    request: 'POST /v2/batches',
    body: { number: 'a' },
    status: 200,
    rows: { batches: ['a (0)'] },
  },
  {
    fact: '60 characters are taken',
    request: 'POST /v2/batches',
    body: { number: LONG },
    status: 200,
    rows: { batches: [`${LONG} (0)`] },
  },
  {
    fact: '61 characters are refused in words',
    request: 'POST /v2/batches',
    body: { number: `${LONG}L` },
    status: 400,
    says: 'Batch number must contain at most 60 characters',
  },
  {
    fact: 'an empty number is refused',
    request: 'POST /v2/batches',
    body: { number: '' },
    status: 400,
    says: 'Batch number must not be empty',
  },
  {
    fact: 'no number is refused',
    request: 'POST /v2/batches',
    body: {},
    status: 400,
    says: 'Batch number is required',
  },
  {
    fact: 'a number that is no text is refused',
    request: 'POST /v2/batches',
    body: { number: 5 },
    status: 400,
    says: 'Batch number must be a string',
  },
  { fact: 'a body that is no object is refused', request: 'POST /v2/batches', body: [], status: 400 },
  {
    fact: 'unknown keys are ignored',
    request: 'POST /v2/batches',
    body: { number: 'A', part_number: 'P', id: 'mine' },
    status: 200,
    rows: { batches: ['A (0)'] },
  },
]

const forbidden = [
  '.',
  '..',
  'a/b',
  'a\\b',
  'a b',
  '(',
  ')',
  '[',
  ']',
  '#',
  '@',
  '&',
  '=',
  ',',
  ';',
  '"',
  "'",
  'ä',
  'a\n',
  '%',
  '\u212a',
]
const characters = forbidden.map((number): Scenario => ({
  fact: `the number ${JSON.stringify(number)} is refused`,
  request: 'POST /v2/batches',
  body: { number },
  status: 400,
  says: 'Batch number is invalid',
}))

const get: Scenario[] = [
  {
    fact: 'a batch is found in any case and shown as it was typed',
    given: [batch('LoT-1')],
    request: 'GET /v2/batches/lOt-1',
    status: 200,
    answer: {
      id: '$1',
      number: 'LoT-1',
      created_at: START,
      created_by_user: { id: '$user', name: 'Ada' },
      created_by_station: null,
      units: [],
    },
  },
  {
    fact: 'a station is shown as the creator',
    given: [['POST /v2/batches', { number: 'A' }, 'station']],
    request: 'GET /v2/batches/A',
    by: 'station',
    status: 200,
    answer: { created_by_user: null, created_by_station: { id: '$station', name: 'Line 1' } },
  },
  {
    fact: 'all its units are shown',
    given: [
      batch('A'),
      part('P', { name: 'Pump' }),
      unit('s2'),
      unit('S1'),
      inBatch('S1', 'a'),
      inBatch('s2', 'A'),
    ],
    request: 'GET /v2/batches/A',
    status: 200,
    answer: {
      units: [
        {
          id: '$4',
          serial_number: 'S1',
          created_at: START,
          part: { id: '$2', number: 'P', name: 'Pump', revision: { id: expect.any(String), number: 'A' } },
        },
        { id: '$3', serial_number: 's2' },
      ],
    },
  },
  { fact: 'an unknown batch is 404', request: 'GET /v2/batches/A', status: 404, says: 'Batch A not found' },
  { fact: 'a number that no batch can have is 404', request: 'GET /v2/batches/%C3%A4', status: 404 },
]

const rename: Scenario[] = [
  {
    fact: 'a batch is renamed',
    given: [batch('A')],
    request: 'PATCH /v2/batches/a',
    body: { new_number: 'B' },
    status: 200,
    answer: { id: '$1' },
    wrote: ['batch.rename'],
    rows: { batches: ['B (0)'] },
  },
  {
    fact: 'only the case of its number changes',
    given: [batch('lot')],
    request: 'PATCH /v2/batches/LOT',
    body: { new_number: 'LOT' },
    status: 200,
    rows: { batches: ['LOT (0)'] },
  },
  {
    fact: 'renamed to its own number nothing is written',
    given: [batch('A')],
    request: 'PATCH /v2/batches/A',
    body: { new_number: 'A' },
    status: 200,
    answer: { id: '$1' },
    wrote: [],
  },
  {
    fact: 'a taken number is 409 and named',
    given: [batch('A'), batch('B')],
    request: 'PATCH /v2/batches/A',
    body: { new_number: 'b' },
    status: 409,
    says: 'already exists',
    answer: { existing_id: '$2' },
  },
  {
    fact: 'an unknown batch is not renamed',
    request: 'PATCH /v2/batches/A',
    body: { new_number: 'B' },
    status: 404,
  },
  {
    fact: 'the new number is checked before the old one is looked for',
    request: 'PATCH /v2/batches/A',
    body: { new_number: '' },
    status: 400,
    says: 'New batch number must not be empty',
  },
  {
    fact: 'a station may not rename, whether there is a batch or not, whatever it sends',
    request: 'PATCH /v2/batches/A',
    by: 'station',
    body: { new_number: '' },
    status: 403,
    says: 'Forbidden',
  },
]

const remove: Scenario[] = [
  {
    fact: 'a batch is deleted and its units stay',
    given: [batch('A'), part('P'), unit('S'), inBatch('S', 'A')],
    request: 'DELETE /v2/batches/a',
    status: 200,
    answer: { id: ['$1'] },
    wrote: ['batch.delete'],
    rows: { batches: [], units: ['S P/A'] },
  },
  {
    fact: 'a second time it is not there',
    given: [batch('A'), ['DELETE /v2/batches/A']],
    request: 'DELETE /v2/batches/A',
    status: 404,
  },
  {
    fact: 'a station may not delete, whether there is a batch or not',
    request: 'DELETE /v2/batches/A',
    by: 'station',
    status: 403,
  },
  {
    fact: 'a body on DELETE is not even read',
    given: [batch('A')],
    request: 'DELETE /v2/batches/A',
    body: '"',
    headers: { 'content-type': 'application/json' },
    status: 200,
  },
  ...[
    '/v2/batches',
    '/v2/batches/',
    '/v2/batches//',
    '/v2/batches/.',
    '/v2/batches/..',
    '/v2/batches/%2e',
    '/v2/batches/%20',
  ].map((target): Scenario => ({
    fact: `DELETE ${target} deletes nothing`,
    given: [batch('A'), batch('B')],
    request: `DELETE ${target}`,
    status: 404,
    rows: { batches: ['A (0)', 'B (0)'] },
  })),
  {
    fact: 'a batch that loses its last unit stays',
    given: [batch('A'), part('P'), unit('S'), inBatch('S', 'A')],
    request: 'PATCH /v2/units/S',
    body: { batch_number: null },
    status: 200,
    rows: { batches: ['A (0)'], units: ['S P/A'] },
  },
]

const wrongMethods = ['PUT', 'HEAD', 'OPTIONS', 'POST', 'get'].map((method): Scenario => ({
  fact: `${method} on a batch is 404, never 405`,
  given: [batch('A')],
  request: `${method} /v2/batches/A`,
  status: 404,
}))

proveScenarios([...create, ...characters, ...get, ...rename, ...remove, ...wrongMethods])
