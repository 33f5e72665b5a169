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

/**
 * Messages of every version there ever was, as they went over the wire. They are never changed: a station that slept for a year
 * still says them. `UPDATE_FIXTURES=1` writes those of a version that has none.
 */
const folder = join(import.meta.dirname, 'fixtures')

const schemas = {
  request,
  answer,
  stationHead,
  headquartersHead,
  enrollRequest,
  enrollAnswer,
  wireRefusal,
  operation,
}

/** The shape of everything that is said, in one word. Rows are said as they stand: what nouns there are, and what each refers to. */
const shape = () =>
  chainHash(
    canonical([
      ...Object.entries(schemas).map(([name, schema]) => [
        name,
        z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }),
      ]),
      nouns,
    ]),
  )

const shapeFile = join(folder, `v${PROTOCOL_VERSION}.shape`)

test('[S20] the wire changes only with a new version of the protocol', () => {
  if (!existsSync(shapeFile) && process.env['UPDATE_FIXTURES'] !== undefined)
    writeFileSync(shapeFile, `${shape()}\n`)
  expect(existsSync(shapeFile), 'a new version needs its own fixtures: UPDATE_FIXTURES=1').toBe(true)
  // If this fails: additions that both sides may leave out are fine within a version (remove the file and write it anew with
  // UPDATE_FIXTURES=1, and say so in the commit). Anything an old station would misread needs a new PROTOCOL_VERSION, and so does a new
  // noun: an old station knows no table for its rows, and is told to be upgraded before it is sent one ([S20]).
  expect(shape()).toBe(readFileSync(shapeFile, 'utf8').trim())
})

const fixtures = readdirSync(folder).filter((name) => name.endsWith('.ndjson'))

test('there are fixtures', () => expect(fixtures.length).toBeGreaterThanOrEqual(8))

test.for(fixtures)('%s is still understood, word for word', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const lines = unwrapped(text, messageHash)
  expect(typeof lines).toBe('object')
  const { head, message } = lines as { head: unknown; message: unknown }
  const isRequest = name.includes('-request-')
  const [headSchema, schema] = isRequest ? [stationHead, request] : [headquartersHead, answer]
  expect(headSchema.parse(head)).toEqual(head)
  expect(schema.parse(message)).toEqual(message)
})
