import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Refusal, refuse } from '../../src/model/error.ts'
import { openBlobFiles } from '../../src/main/store/blob-files.ts'
import { createBlobParts } from '../../src/main/store/blob-parts.ts'

const DAY_MS = 24 * 3_600_000

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lotkeeper-blobs-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const blobOf = (text: string) => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  size: Buffer.byteLength(text),
})

async function* piecesOf(...texts: (string | Promise<string>)[]) {
  for (const text of texts) yield Buffer.from(await text)
}

const always = (): Refusal | undefined => undefined

async function keep(text: string) {
  const files = openBlobFiles(folder)
  const parts = createBlobParts(files)
  await parts.append('a', 0, piecesOf(text), always)
  return { files, blob: await parts.finish('a') }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString()
}

describe('bytes on the disk', () => {
  test('are named by their content, once they are whole', async () => {
    const { files, blob } = await keep('text')
    expect(blob).toEqual(blobOf('text'))
    expect(readdirSync(folder).toSorted()).toEqual([blob.sha256, 'unused'].toSorted())
    expect(await textOf(files.read(blob.sha256))).toBe('text')
    expect(await textOf(files.read(blob.sha256, 1, 2))).toBe('ex')
  })

  test('of one content are there once', async () => {
    await keep('text')
    await keep('text')
    expect(readdirSync(folder)).toHaveLength(2)
  })

  test('a file of another size than its name stands for is none of them, and is replaced', async () => {
    const { sha256 } = blobOf('text')
    writeFileSync(join(folder, sha256), 'te')
    expect(openBlobFiles(folder).has(blobOf('text'))).toBe(false)
    await keep('text')
    expect(readFileSync(join(folder, sha256), 'utf8')).toBe('text')
  })

  test('are never looked for outside of their folder, whatever a row says', () => {
    const files = openBlobFiles(join(folder, 'attachments'))
    writeFileSync(join(folder, 'keys.json'), 'text')
    for (const sha256 of ['../keys.json', 'unused', '', blobOf('text').sha256.toUpperCase()])
      expect(files.has({ sha256, size: 4 })).toBe(false)
  })

  test('what an upload left that was never finished goes at the start', async () => {
    const files = openBlobFiles(folder)
    await createBlobParts(files).append('a', 0, piecesOf('text'), always)
    expect(readdirSync(folder)).toContain('a.part')
    openBlobFiles(folder)
    expect(readdirSync(folder)).toEqual(['unused'])
  })

  test('are put aside when no row refers to them, come back when one does, and go after a month', async () => {
    const { files, blob } = await keep('text')
    const now = Date.now()
    await files.sweep(() => true, now)
    expect(existsSync(join(folder, blob.sha256))).toBe(true)
    await files.sweep(() => false, now)
    expect(readdirSync(join(folder, 'unused'))).toEqual([blob.sha256])
    expect(files.has(blob)).toBe(true)
    expect(await textOf(files.read(blob.sha256))).toBe('text')
    await files.sweep(() => false, now)
    await files.sweep(() => false, now + 29 * DAY_MS)
    expect(readdirSync(join(folder, 'unused'))).toEqual([blob.sha256])
    await files.sweep(() => false, now + 31 * DAY_MS)
    expect(readdirSync(join(folder, 'unused'))).toEqual([])
    expect(files.has(blob)).toBe(false)
  })

  test('a sweep leaves alone what is none of its own', async () => {
    const files = openBlobFiles(folder)
    writeFileSync(join(folder, 'README.txt'), 'ours')
    await files.sweep(() => false, Date.now())
    expect(existsSync(join(folder, 'README.txt'))).toBe(true)
  })
})

describe('an upload', () => {
  test('that broke off goes on where it came to', async () => {
    const parts = createBlobParts(openBlobFiles(folder))
    async function* broken() {
      yield* piecesOf('te')
      throw new Error('the line is dead')
    }
    await expect(parts.append('a', 0, broken(), always)).rejects.toThrow('the line is dead')
    expect(parts.offset('a')).toBe(2)
    expect(await parts.append('a', 2, piecesOf('xt'), always)).toBe(4)
    expect(await parts.finish('a')).toEqual(blobOf('text'))
  })

  test('takes nothing that does not follow', async () => {
    const parts = createBlobParts(openBlobFiles(folder))
    expect(await parts.append('a', 1, piecesOf('x'), always)).toBe('gap')
    await parts.append('a', 0, piecesOf('te'), always)
    for (const from of [1, 3]) expect(await parts.append('a', from, piecesOf('x'), always)).toBe('gap')
  })

  test('that begins once more has the part to itself: what the first one still sends is not written', async () => {
    const files = openBlobFiles(folder)
    const parts = createBlobParts(files)
    const late = Promise.withResolvers<string>()
    const first = parts.append('a', 0, piecesOf('old', late.promise), always)
    await expect.poll(() => parts.offset('a')).toBe(3)
    expect(await parts.append('a', 0, piecesOf('text'), always)).toBe(4)
    late.resolve('more')
    expect(await first).toBe('taken_over')
    expect(await parts.finish('a')).toEqual(blobOf('text'))
    expect(await textOf(files.read(blobOf('text').sha256))).toBe('text')
  })

  test('that is refused is heard to its end, and grows no more', async () => {
    const parts = createBlobParts(openBlobFiles(folder))
    const no = refuse('PAYLOAD_TOO_LARGE', 'too large')
    let ended = false
    async function* pieces() {
      yield* piecesOf('te', 'xt', 's')
      ended = true
    }
    expect(await parts.append('a', 0, pieces(), (size) => (size > 2 ? no : undefined))).toBe(no)
    expect(ended).toBe(true)
    expect(statSync(join(folder, 'a.part')).size).toBe(2)
    await parts.drop('a')
    expect(readdirSync(folder)).toEqual(['unused'])
    expect(parts.offset('a')).toBe(0)
  })
})
