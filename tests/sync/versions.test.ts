import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { z } from 'zod'

import { chainHash, messageHash } from '../../src/host/hash.ts'
import { nouns } from '../../src/model/decide/nouns.ts'
import { operation } from '../../src/model/operation.ts'
import { canonical } from '../../src/model/sync/chain.ts'
import {
  enrollAnswer,
  enrollRequest,
  headquartersHead,
  stationHead,
  unwrapped,
  wireRefusal,
} from '../../src/model/sync/envelope.ts'
import { answer, PROTOCOL_VERSION, request } from '../../src/model/sync/protocol.ts'
import { shortPage } from '../../src/model/sync/short.ts'

/**
 * Messages of every version there ever was, as they went over the wire. They are never changed: a station that slept for a year
 * still says them. `UPDATE_FIXTURES=1` writes those of a version that has none.
 */
const folder = join(import.meta.dirname, 'fixtures')

const schemas = {
  request,
  answer,
  shortPage,
  stationHead,
  headquartersHead,
  enrollRequest,
  enrollAnswer,
  wireRefusal,
  operation,
}

/** The shape of everything that is said, in one word. */
const shape = () =>
  chainHash(
    canonical(
      Object.entries(schemas).map(([name, schema]) => [
        name,
        z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }),
      ]),
    ),
  )

/** What an old station cannot do without to lay a noun's rows on its base: what the key is, what it is unique within, what a row needs. */
const standing = () =>
  Object.fromEntries(
    Object.entries(nouns).map(([noun, { label, unique, scope, references }]) => [
      noun,
      { label, unique, scope, needs: references.filter(({ needed }) => needed).map(({ field }) => field) },
    ]),
  )

const written = (name: string, now: string) => {
  const file = join(folder, `v${PROTOCOL_VERSION}.${name}`)
  if (!existsSync(file) && process.env['UPDATE_FIXTURES'] !== undefined) writeFileSync(file, now)
  expect(existsSync(file), 'a new version needs its own fixtures: UPDATE_FIXTURES=1').toBe(true)
  return readFileSync(file, 'utf8')
}

test('[S20] the wire changes only with a new version of the protocol', () => {
  // If this fails: additions that both sides may leave out are fine within a version (remove the file and write it anew with
  // UPDATE_FIXTURES=1, and say so in the commit). Anything an old station would misread needs a new PROTOCOL_VERSION.
  expect(shape()).toBe(written('shape', `${shape()}\n`).trim())
})

test('[S20] a new noun or field needs no new version, a noun that stands otherwise does', () => {
  // An old station keeps what it does not know until it is upgraded (store/deferred.ts); what it knows it lays on its base as it knows it.
  const known = JSON.parse(written('nouns', `${JSON.stringify(standing(), null, 1)}\n`)) as object
  expect(standing()).toMatchObject(known)
})

const fixtures = readdirSync(folder).filter((name) => name.endsWith('.ndjson'))

test('there are fixtures', () => expect(fixtures.length).toBeGreaterThanOrEqual(8))

test.for(fixtures)('%s is still understood, word for word', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const lines = unwrapped(text, messageHash)
  expect(typeof lines).toBe('object')
  const { head, message } = lines as { head: unknown; message: unknown }
  const isRequest = name.includes('-request-')
  const answered = name.includes('-short') ? shortPage : answer
  const [headSchema, schema] = isRequest ? [stationHead, request] : [headquartersHead, answered]
  expect(headSchema.parse(head)).toEqual(head)
  expect(schema.parse(message)).toEqual(message)
})
