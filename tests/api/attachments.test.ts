import { describe, expect, test } from 'vitest'

import { LINK_MS } from '../../src/http/links.ts'
import { child, file, part, procedure, proveScenarios, run, type Step, unit } from '../support/scenario.ts'
import { openStation, ORIGIN, type StationUnderTest } from '../support/station.ts'

const fileOf = (serial_number: string, name: string): Step => [
  `POST /v2/units/${serial_number}/attachments`,
  { name },
]
const SN: readonly Step[] = [part('P'), unit('SN')]
/** The run is `$2`. */
const RUN: readonly Step[] = [procedure('Final test'), run('SN')]
const LINK = /^http:\/\/localhost:4780\/files\/[\w-]+\/\d+\/[\w-]{43}$/
const download_url = expect.stringMatching(LINK) as string

proveScenarios([
  {
    fact: 'an upload is announced, and the answer says where its bytes go',
    request: 'POST /v2/attachments',
    body: { name: 'scope.csv' },
    by: 'station',
    status: 200,
    answer: { id: expect.any(String), upload_url: expect.stringMatching(LINK) },
    wrote: [],
    rows: { attachments: [] },
  },
  ...[
    { name: '', says: 'must not be empty' },
    { name: ' ', says: 'must not be empty' },
    { name: 'x'.repeat(1_001), says: 'must contain at most 1000 characters' },
    { name: 'zero\0', says: 'is invalid: it contains characters that cannot be stored' },
    { name: 7, says: 'must be a string' },
    { says: 'is required' },
  ].map(({ says, ...body }) => ({
    fact: `an attachment's name ${says}: ${JSON.stringify(body).slice(0, 30)}`,
    request: 'POST /v2/attachments',
    body,
    status: 400,
    says: `Attachment name ${says}`,
  })),
  {
    fact: 'a name may be as long as the contract says, and hold anything people write',
    request: 'POST /v2/attachments',
    body: { name: `Prüf"bericht\n${'ü'.repeat(987)}` },
    status: 200,
  },
  {
    fact: 'with its bytes an upload is an attachment, made by whoever announced it',
    given: [file('scope.csv')],
    request: 'PUT $upload1',
    body: 'a;b',
    by: null,
    status: 200,
    answer: {
      id: '$1',
      size: 3,
      sha256: '5719af18823567701f70e9f302f75d96e574215493286286a57b0a4959672283',
    },
    wrote: ['attachment.create'],
    rows: { attachments: ['scope.csv (3)'] },
  },
  {
    fact: 'an attachment may be empty',
    given: [file('empty')],
    request: 'PUT $upload1',
    body: '',
    by: null,
    status: 200,
    rows: { attachments: ['empty (0)'] },
  },
  {
    fact: 'the same bytes once more change nothing',
    given: [file('scope.csv'), ['PUT $upload1', 'a;b']],
    request: 'PUT $upload1',
    body: 'a;b',
    by: null,
    status: 200,
    wrote: [],
    rows: { attachments: ['scope.csv (3)'] },
  },
  {
    fact: 'other bytes are refused: an attachment never changes',
    given: [file('scope.csv'), ['PUT $upload1', 'a;b']],
    request: 'PUT $upload1',
    body: 'c;d',
    by: null,
    status: 409,
    says: 'has its bytes already',
  },
  {
    fact: 'a link that somebody made up opens nothing',
    given: [file('scope.csv')],
    request: 'PUT $upload1-x',
    body: 'a;b',
    by: null,
    status: 403,
    says: 'not valid',
  },
  {
    fact: 'an upload has a day',
    given: [file('scope.csv'), LINK_MS + 1],
    request: 'PUT $upload1',
    body: 'a;b',
    by: null,
    status: 403,
    says: 'expired',
  },
  {
    fact: 'more bytes than an attachment may have are refused',
    given: [file('large')],
    request: 'PUT $upload1',
    body: new Uint8Array(1_000_001),
    by: null,
    status: 413,
    says: 'at most 1 MB',
  },
  {
    fact: 'announced to be too large, it is refused before it comes',
    given: [file('large')],
    request: 'PUT $upload1',
    body: 'x',
    headers: { 'content-length': '1000001' },
    by: null,
    status: 413,
  },
  ...['bytes 0-2', 'bytes 2-1/3', 'bytes 0-3/3', 'lines 0-2/3', 'bytes 0-2/*'].map((range) => ({
    fact: `Content-Range ${range} is refused`,
    given: [file('scope.csv')],
    request: 'PUT $upload1',
    body: 'a;b',
    headers: { 'content-range': range },
    by: null,
    status: 400,
    says: 'Content-Range must be like',
  })),
  {
    fact: 'a piece that is not as long as it says is refused',
    given: [file('scope.csv')],
    request: 'PUT $upload1',
    body: 'a;b',
    headers: { 'content-range': 'bytes 0-3/9' },
    by: null,
    status: 400,
    says: 'not as long',
  },
  {
    fact: 'a piece that does not follow what is here is refused, and hears what is here',
    given: [file('scope.csv')],
    request: 'PUT $upload1',
    body: 'a;b',
    headers: { 'content-range': 'bytes 5-7/8' },
    by: null,
    status: 409,
    says: '0 bytes are here',
  },
  {
    fact: 'finalizing answers where the bytes are, as often as it is asked',
    given: [file('scope.csv'), ['PUT $upload1', 'a;b'], ['POST /v2/attachments/$1/finalize', {}]],
    request: 'POST /v2/attachments/$1/finalize',
    status: 200,
    answer: { url: expect.stringMatching(LINK) },
    wrote: [],
  },
  {
    fact: 'an unknown attachment cannot be finalized',
    request: 'POST /v2/attachments/no-such/finalize',
    status: 404,
    says: 'Attachment no-such not found',
  },
  {
    fact: 'nor one without bytes',
    given: [file('scope.csv')],
    request: 'POST /v2/attachments/$1/finalize',
    status: 400,
    says: 'has no bytes yet',
  },
  {
    fact: 'a file of a unit shows with its bytes, without being finalized',
    given: [...SN, fileOf('sn', 'a.csv'), ['PUT $upload3', 'a;b']],
    request: 'GET /v2/units/SN',
    status: 200,
    answer: {
      attachments: [{ id: '$3', name: 'a.csv', size: 3, content_type: 'application/json', download_url }],
    },
    rows: { attachments: ['a.csv (3) of SN'] },
  },
  {
    fact: 'and not before they are here',
    given: [...SN, fileOf('SN', 'a.csv')],
    request: 'GET /v2/units/SN',
    status: 200,
    answer: { attachments: [] },
  },
  {
    fact: 'a file of an unknown unit is 404',
    request: 'POST /v2/units/NO/attachments',
    body: { name: 'a.csv' },
    status: 404,
    says: 'Unit NO not found',
  },
  {
    fact: 'a file for a unit that was deleted meanwhile is refused',
    given: [...SN, fileOf('SN', 'a.csv'), ['DELETE /v2/units?serial_numbers=SN']],
    request: 'PUT $upload3',
    body: 'a;b',
    by: null,
    status: 404,
    says: 'Unit not found',
  },
  {
    fact: 'an update gives attachments to a unit, with their bytes or before them',
    given: [...SN, file('a'), ['PUT $upload3', 'a'], file('b')],
    request: 'PATCH /v2/units/SN',
    body: { attachments: ['$3', '$5', '$3'] },
    by: 'station',
    status: 200,
    wrote: ['attachment.attach'],
    rows: { attachments: ['a (1) of SN'] },
  },
  {
    fact: 'what was given before its bytes came belongs to the unit when they come',
    given: [...SN, file('a'), ['PATCH /v2/units/SN', { attachments: ['$3'] }]],
    request: 'PUT $upload3',
    body: 'a',
    by: null,
    status: 200,
    rows: { attachments: ['a (1) of SN'] },
  },
  {
    fact: 'an update adds to the attachments that are there',
    given: [...SN, fileOf('SN', 'a'), ['PUT $upload3', 'a'], file('b'), ['PUT $upload5', 'b']],
    request: 'PATCH /v2/units/SN',
    body: { attachments: ['$5'] },
    status: 200,
    rows: { attachments: ['a (1) of SN', 'b (1) of SN'] },
  },
  {
    fact: 'an attachment of another unit stays there, and nothing else of the update is done',
    given: [...SN, unit('OTHER'), fileOf('OTHER', 'a'), ['PUT $upload4', 'a']],
    request: 'PATCH /v2/units/SN',
    body: { sample: 'golden', attachments: ['$4'] },
    status: 409,
    says: 'belongs to another unit',
  },
  {
    fact: 'an unknown attachment is 404, and nothing else of the update is done',
    given: SN,
    request: 'PATCH /v2/units/SN',
    body: { sample: 'golden', attachments: ['no-such'] },
    status: 404,
    says: 'Attachment no-such not found',
  },
  {
    fact: 'attachments of a unit are deleted by id, with or without bytes',
    given: [...SN, fileOf('SN', 'a'), ['PUT $upload3', 'a'], fileOf('SN', 'b')],
    request: 'DELETE /v2/units/SN/attachments?ids=$3&ids=$5&ids=$3',
    by: 'station',
    status: 200,
    answer: { ids: ['$3', '$5'] },
    wrote: ['attachment.delete'],
    rows: { attachments: [] },
  },
  {
    fact: 'all of them or none: one that is not of this unit is 404',
    given: [...SN, unit('OTHER'), fileOf('SN', 'a'), ['PUT $upload4', 'a'], fileOf('OTHER', 'b')],
    request: 'DELETE /v2/units/SN/attachments?ids=$4&ids=$6',
    status: 404,
    says: 'not found',
    rows: { attachments: ['a (1) of SN'] },
  },
  {
    fact: 'ids are required to delete attachments',
    given: SN,
    request: 'DELETE /v2/units/SN/attachments',
    status: 400,
    says: 'Ids are required',
  },
  {
    fact: 'a unit takes its attachments with it, and leaves those of its children',
    given: [
      ...SN,
      unit('CHILD'),
      child('SN', 'CHILD'),
      fileOf('SN', 'a'),
      ['PUT $upload5', 'x'],
      fileOf('CHILD', 'b'),
      ['PUT $upload7', 'x'],
    ],
    request: 'DELETE /v2/units?serial_numbers=SN',
    status: 200,
    wrote: ['unit.delete'],
    rows: { attachments: ['b (1) of CHILD'] },
  },
  {
    fact: 'a file of a run shows with its bytes, without being finalized',
    given: [...RUN, ['POST /v2/runs/$2/attachments', { name: 'a.csv' }], ['PUT $upload3', 'a;b']],
    request: 'GET /v2/runs/$2',
    status: 200,
    answer: {
      attachments: [
        {
          id: '$3',
          name: 'a.csv',
          size: 3,
          content_type: 'application/json',
          is_report: false,
          download_url,
        },
      ],
    },
    rows: { attachments: ['a.csv (3) of a run'] },
  },
  {
    fact: 'a file of an unknown run is 404',
    request: 'POST /v2/runs/no-such/attachments',
    body: { name: 'a.csv' },
    status: 404,
    says: 'Run no-such not found',
  },
  {
    fact: 'an update gives attachments to a run',
    given: [...RUN, file('a'), ['PUT $upload3', 'a']],
    request: 'PATCH /v2/runs/$2',
    body: { attachments: ['$3'] },
    status: 200,
    wrote: ['attachment.attach'],
    rows: { attachments: ['a (1) of a run'] },
  },
  {
    fact: 'what belongs to a run cannot be given to a unit',
    given: [...RUN, ['POST /v2/runs/$2/attachments', { name: 'a' }], ['PUT $upload3', 'a']],
    request: 'PATCH /v2/units/SN',
    body: { attachments: ['$3'] },
    status: 409,
    says: 'belongs to another run',
  },
  {
    fact: 'an unknown attachment cannot be given to a run',
    given: RUN,
    request: 'PATCH /v2/runs/$2',
    body: { attachments: ['no-such'] },
    status: 404,
    says: 'Attachment no-such not found',
  },
  {
    fact: 'a run takes its attachments with it',
    given: [...RUN, ['POST /v2/runs/$2/attachments', { name: 'a' }], ['PUT $upload3', 'a']],
    request: 'DELETE /v2/runs?ids=$2',
    status: 200,
    wrote: ['run.delete'],
    rows: { attachments: [] },
  },
  {
    fact: 'a unit takes those of its runs with it',
    given: [...RUN, ['POST /v2/runs/$2/attachments', { name: 'a' }], ['PUT $upload3', 'a']],
    request: 'DELETE /v2/units?serial_numbers=SN',
    status: 200,
    wrote: ['unit.delete'],
    rows: { attachments: [] },
  },
  {
    fact: 'a new serial number changes nothing of its attachments',
    given: [
      ...SN,
      fileOf('SN', 'a'),
      ['PUT $upload3', 'a'],
      ['PATCH /v2/units/SN', { new_serial_number: 'S2' }],
    ],
    request: 'GET /v2/units/S2',
    status: 200,
    answer: { attachments: [{ name: 'a' }] },
  },
])

const TEXT = 'text of an attachment'

async function announce(station: StationUnderTest, name = 'a "b" ü.csv') {
  const { id, upload_url } = await station.done<{ id: string; upload_url: string }>(
    'POST',
    '/v2/attachments',
    { body: { name } },
  )
  return { id, target: upload_url.replace(ORIGIN, '') }
}

async function downloadOf(station: StationUnderTest, id: string): Promise<string> {
  const { url } = await station.done<{ url: string }>('POST', `/v2/attachments/${id}/finalize`)
  return url.replace(ORIGIN, '')
}

describe('an upload in pieces', () => {
  const piece = (from: number, to: number) => ({
    key: null,
    body: TEXT.slice(from, to),
    headers: { 'content-range': `bytes ${from}-${to - 1}/${TEXT.length}` },
  })

  test('goes on where it stopped, and its content is the whole', async () => {
    const station = await openStation()
    const { id, target } = await announce(station)
    expect((await station.call('PUT', target, piece(0, 7))).json).toEqual({ id, received: 7 })
    expect((await station.call('HEAD', target, { key: null })).json).toEqual({ id, received: 7 })
    expect((await station.call('PUT', target, piece(9, 12))).status).toBe(409)
    await station.done('PUT', target, piece(7, 14))
    await station.done('PUT', target, piece(14, TEXT.length))
    expect((await station.call('GET', await downloadOf(station, id), { key: null })).text).toBe(TEXT)
  })

  test('may begin anew at any time', async () => {
    const station = await openStation()
    const { id, target } = await announce(station)
    await station.done('PUT', target, piece(0, 7))
    await station.done('PUT', target, { key: null, body: 'another text' })
    expect((await station.call('GET', await downloadOf(station, id), { key: null })).text).toBe(
      'another text',
    )
  })

  test('begins anew after a restart: what a dead process wrote is not trusted', async () => {
    const station = await openStation()
    const { id, target } = await announce(station)
    await station.done('PUT', target, piece(0, 7))
    await station.restart()
    expect((await station.call('HEAD', target, { key: null })).json).toEqual({ id, received: 0 })
    expect((await station.call('PUT', target, piece(7, 14))).status).toBe(409)
    await station.done('PUT', target, { key: null, body: TEXT })
    expect((await station.call('GET', await downloadOf(station, id), { key: null })).text).toBe(TEXT)
  })
})

describe('a download', () => {
  test('is nothing that a browser would run, frame or guess, whatever its uploader called it', async () => {
    const station = await openStation()
    const { id, target } = await announce(station)
    const html = { key: null, body: '<script>', headers: { 'content-type': 'text/html' } }
    await station.done('PUT', target, html)
    const { status, type, headers } = await station.call('GET', await downloadOf(station, id), { key: null })
    expect({ status, type }).toEqual({ status: 200, type: 'application/octet-stream' })
    expect(headers).toEqual({
      'content-disposition': `attachment; filename="a _b_ _.csv"; filename*=UTF-8''a%20%22b%22%20%C3%BC.csv`,
      'content-security-policy': "default-src 'none'; sandbox",
    })
  })

  test('needs a link that was made for it and has not expired', async () => {
    const station = await openStation()
    const { id, target } = await announce(station)
    await station.done('PUT', target, { key: null, body: TEXT })
    const link = await downloadOf(station, id)
    const forged = link.replace(id, (await announce(station)).id)
    for (const path of [target, `${link}x`, forged])
      expect((await station.call('GET', path)).status, path).not.toBe(200)
    station.pass(LINK_MS + 1)
    expect((await station.call('GET', link, { key: null })).status).toBe(403)
  })

  test('of a deleted attachment is 404', async () => {
    const station = await openStation()
    await station.done('POST', '/v2/parts', { body: { number: 'P' } })
    await station.done('POST', '/v2/units', {
      body: { serial_number: 'SN', part_number: 'P', revision_number: 'A' },
    })
    const { id, target } = await announce(station)
    await station.done('PUT', target, { key: null, body: TEXT })
    await station.done('PATCH', '/v2/units/SN', { body: { attachments: [id] } })
    const link = await downloadOf(station, id)
    await station.done('DELETE', `/v2/units/SN/attachments?ids=${id}`)
    expect((await station.call('GET', link, { key: null })).status).toBe(404)
  })

  test('is linked by the name the client calls the station by, and anew before the link is old', async () => {
    const station = await openStation()
    await station.done('POST', '/v2/parts', { body: { number: 'P' } })
    await station.done('POST', '/v2/units', {
      body: { serial_number: 'SN', part_number: 'P', revision_number: 'A' },
    })
    const { id, target } = await announce(station)
    await station.done('PUT', target, { key: null, body: TEXT })
    await station.done('PATCH', '/v2/units/SN', { body: { attachments: [id] } })
    const linkFor = async (origin: string) => {
      const shown = await station.done<{ attachments: [{ download_url: string }] }>('GET', '/v2/units/SN', {
        origin,
      })
      return shown.attachments[0].download_url
    }
    const first = await linkFor(ORIGIN)
    expect(first.startsWith(`${ORIGIN}/`)).toBe(true)
    expect(await linkFor('https://station-12')).toMatch(/^https:\/\/station-12\//)
    station.pass(LINK_MS)
    const later = await linkFor(ORIGIN)
    expect(later).not.toBe(first)
    station.pass(1)
    expect((await station.call('GET', later.replace(ORIGIN, ''), { key: null })).text).toBe(TEXT)
  })
})
