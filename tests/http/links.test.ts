import { describe, expect, test } from 'vitest'

import { createLinks, LINK_MS, type Purpose } from '../../src/http/links.ts'
import { splitTarget } from '../../src/http/target.ts'

const ORIGIN = 'http://localhost:4780'
let now = 1_000_000
const links = createLinks('secret', () => now)
const read = (url: string, purpose: Purpose) =>
  links.read(splitTarget(url.slice(ORIGIN.length)).segments, purpose)

describe('a link', () => {
  const url = links.to('upload', 'a-1', ORIGIN)

  test('is absolute and opens what it was made for', () => {
    expect(url).toMatch(/^http:\/\/localhost:4780\/files\/a-1\/\d+\/[\w-]{43}$/)
    expect(read(url, 'upload')).toEqual({ id: 'a-1', state: 'good' })
  })

  test('opens nothing else', () => {
    expect(read(url, 'download')).toMatchObject({ state: 'forged' })
    expect(read(url.replace('a-1', 'a-2'), 'upload')).toMatchObject({ state: 'forged' })
  })

  test('cannot be made to last longer', () => {
    const later = url.replace(/\/(\d+)\//, (_, until: string) => `/${Number(until) + 1}/`)
    expect(read(later, 'upload')).toMatchObject({ state: 'forged' })
  })

  test('of another server opens nothing', () => {
    const other = createLinks('other secret', () => now).to('upload', 'a-1', ORIGIN)
    expect(read(other, 'upload')).toMatchObject({ state: 'forged' })
    expect(read(url.slice(0, -1), 'upload')).toMatchObject({ state: 'forged' })
  })

  test('expires', () => {
    const mine = links.to('download', 'a-1', ORIGIN)
    now += LINK_MS
    expect(read(mine, 'download')).toMatchObject({ state: 'good' })
    now += 1
    expect(read(mine, 'download')).toMatchObject({ state: 'expired' })
  })

  test.each(['/files', '/files/a-1', '/files/a-1/5/x/y', '/v2/a-1/5/x'])('%s is none', (path) => {
    expect(read(`${ORIGIN}${path}`, 'upload')).toBeUndefined()
  })
})
