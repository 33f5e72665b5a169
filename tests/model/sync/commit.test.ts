import { expect, test } from 'vitest'

import { accepted } from '../../../src/model/sync/acceptance.ts'
import { contentHash } from '../../../src/model/sync/chain.ts'
import { commitHash, ownPlaces } from '../../../src/model/sync/commit.ts'
import { byOpId } from '../../../src/model/sync/journal.ts'
import { origin } from '../../../src/model/sync/cursor.ts'
import type { Page } from '../../../src/model/sync/protocol.ts'
import { digest } from '../../simulation/prng.ts'
import { batch, journaled } from '../../support/judge.ts'

const entryOf = (number: string) => accepted(1, journaled(1, batch('b', number)), origin, [])

/** A page with one commit: an operation `op-1` that makes a batch of this number. */
function pageWith(number: string): Page {
  const content = contentHash(digest, journaled(1, batch('b', number)), [])
  const said = {
    seq: 1,
    op_id: 'op-1',
    txn_id: 'op-1',
    station_id: 's',
    result: 'applied',
    rows: [],
    conflicts: [],
  } as const
  const commit = { ...said, rows: [], conflicts: [], hash: '' }
  const commits = [{ ...commit, hash: commitHash(digest, origin.hash, commit, content) }]
  const to = { ...origin, seq: 1, hash: commits[0]!.hash }
  return { kind: 'page', from: origin, to, commits, more: false, safe_seq: 0 }
}

test.each([
  { fact: 'what the journal says is confirmed', mine: 'X', theirs: 'X', places: [['op-1', 1]] },
  { fact: 'what a copy of the disk said under the same id is not', mine: 'Y', theirs: 'X', places: [] },
])('[S14] $fact', ({ mine, theirs, places }) => {
  expect([...ownPlaces(digest, pageWith(theirs), byOpId([entryOf(mine)]))]).toEqual(places)
})
