import { expect } from 'vitest'

import { type Scenario, proveScenarios } from '../support/scenario.ts'

const ada = { id: '$user', email: expect.stringContaining('@'), name: 'Ada', image: null, banned: false }

/** Query, whose key, and the users it answers. */
const found: readonly (readonly [query: string, by: string, users: readonly object[]])[] = [
  ['', 'user', [ada]],
  ['', 'station', [ada]],
  ['?current=false', 'station', [ada]],
  ['?current=0', 'user', [ada]],
  ['?current=true', 'user', [ada]],
  ['?current=1', 'user', [ada]],
  ['?current=true', 'station', []],
  ['?limit=0&unknown=1', 'user', [ada]],
]

const lists = found.map(([query, by, users]): Scenario => ({
  fact: `GET /v2/users${query} with a ${by} key`,
  request: `GET /v2/users${query}`,
  by,
  status: 200,
  answer: users,
}))

proveScenarios([
  ...lists,
  {
    fact: 'current is true or false',
    request: 'GET /v2/users?current=yes',
    status: 400,
    says: 'Current must be true or false',
  },
  { fact: 'users are not made here', request: 'POST /v2/users', body: {}, status: 404 },
  { fact: 'nor shown one by one', request: 'GET /v2/users/$user', status: 404 },
])
