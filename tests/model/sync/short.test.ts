import { expect, test } from 'vitest'

import { slicesOf } from '../../../src/main/sync/slices.ts'
import { accepted } from '../../../src/model/sync/acceptance.ts'
import { contentHash } from '../../../src/model/sync/chain.ts'
import { commitHash, ownPlaces } from '../../../src/model/sync/commit.ts'
import { byOpId } from '../../../src/model/sync/journal.ts'
import { type Cursor, origin } from '../../../src/model/sync/cursor.ts'
import type { Commit, Page } from '../../../src/model/sync/protocol.ts'
import { readAnswer, shortened } from '../../../src/model/sync/short.ts'
import { digest, prng, type Prng } from '../../simulation/prng.ts'
import { batch, journaled } from '../../support/judge.ts'

const READER = 'reader'

/** Requests of one to four operations, one in five of the reader's own. */
function pageOf(requests: number, chance: Prng): { page: Page; own: readonly number[] } {
  const commits: Commit[] = []
  const own: number[] = []
  let prev = origin.hash
  for (let request = 1; request <= requests; request++) {
    const station_id = chance.chance(0.2) ? READER : `station-${chance.int(1, 3)}`
    for (let left = chance.int(1, 4); left > 0; left--) {
      const seq = commits.length + 1
      const { op_id } = journaled(seq, batch('b', 'B'))
      const said = { seq, op_id, txn_id: `txn-${request}`, station_id, result: 'applied' as const }
      const commit = { ...said, rows: [], conflicts: [], hash: '' }
      const hash = commitHash(digest, prev, commit, contentOf(seq))
      commits.push({ ...commit, hash })
      if (station_id === READER) own.push(seq)
      prev = hash
    }
  }
  const to: Cursor = { ...origin, seq: commits.length, hash: prev }
  return { page: { kind: 'page', from: origin, to, commits, more: false, safe_seq: 0 }, own }
}

const contentOf = (seq: number) => contentHash(digest, journaled(seq, batch('b', 'B')), [])
const journalOf = (seqs: readonly number[]) =>
  byOpId(seqs.map((seq) => accepted(seq, journaled(seq, batch('b', 'B')), origin, [])))

const sent = (page: Page) => readAnswer(JSON.parse(JSON.stringify(shortened(page, READER)))) as Page

test.each([1, 2, 3, 4, 5, 6, 7, 8])('a short page says what the whole one does, seed %i', (seed) => {
  const { page, own } = pageOf(200, prng(seed))
  const read = sent(page)
  const said = ({ commits }: Page) => commits.map(({ hash: _hash, txn_id: _txn_id, ...rest }) => rest)
  expect(said(read)).toEqual(said(page))
  expect({ ...read, commits: [] }).toEqual({ ...page, commits: [] })
  // What belongs together still does.
  const joins = ({ commits }: Page) => commits.map(({ txn_id }, i) => commits[i - 1]?.txn_id === txn_id)
  expect(joins(read)).toEqual(joins(page))
  // What is not known is empty, never another.
  for (const [i, { hash }] of read.commits.entries()) expect(['', page.commits[i]!.hash]).toContain(hash)

  const slices = [...slicesOf(read, () => 0)]
  expect(slices.length).toBeGreaterThan(20)
  expect(slices.flatMap(({ commits }) => commits)).toEqual(read.commits)
  let at = { seq: 0, hash: origin.hash }
  const places: number[] = []
  for (const slice of slices) {
    expect(slice.from).toMatchObject(at)
    at = { seq: slice.to.seq, hash: page.commits[slice.to.seq - 1]!.hash }
    expect(slice.to).toMatchObject(at)
    places.push(...ownPlaces(digest, slice, journalOf(own)).values())
  }
  expect(places).toEqual(own)
})

test('a page of one change is as it was, but for the request of somebody else', () => {
  const { page } = pageOf(1, prng(1))
  const commits = page.commits.slice(0, 1)
  expect(sent({ ...page, commits }).commits).toEqual([{ ...commits[0], txn_id: commits[0]!.op_id }])
})

test('whole pages and other answers are read as they are, and nonsense is not', () => {
  const { page } = pageOf(3, prng(1))
  expect(readAnswer(page)).toEqual(page)
  expect(readAnswer({ kind: 'forked' })).toEqual({ kind: 'forked' })
  for (const nonsense of [
    null,
    7,
    'page',
    {},
    { ...page, short: true, commits: [{}] },
    { kind: 'pushed', short: true },
  ])
    expect(readAnswer(nonsense)).toBeUndefined()
})
