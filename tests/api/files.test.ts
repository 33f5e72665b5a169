import { describe, expect, test } from 'vitest'

import { LINK_MS } from '../../src/http/links.ts'
import { openStation, ORIGIN, type StationUnderTest } from '../support/station.ts'

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
    // What is asked for again is remembered.
    for (let n = 0; n < 3; n++) await linkFor(ORIGIN)
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
