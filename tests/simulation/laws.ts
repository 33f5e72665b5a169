import { IDENTIFIER_MAX, IDENTIFIER_PATTERN } from '../../src/model/identifier.ts'
import { holdsKey } from '../../src/model/decide/draft.ts'
import { nouns } from '../../src/model/decide/nouns.ts'
import { faults } from '../../src/model/invariants.ts'
import { operation as operationSchema } from '../../src/model/operation.ts'
import type { Memory } from '../../src/model/memory.ts'
import type { Mark, Row } from '../../src/model/state.ts'
import { isStorable } from '../../src/model/text.ts'
import { AGAIN, type Waiting } from '../../src/model/sync/again.ts'
import type { HeadquartersStore } from '../../src/model/sync/headquarters.ts'
import type { SealedOperation } from '../../src/model/sync/journal.ts'
import { authorAt } from '../../src/model/sync/knowledge.ts'
import type { Commit } from '../../src/model/sync/protocol.ts'
import { type Disk, fullFold } from './disk.ts'
import { digest } from './prng.ts'
import { checkAnswer, checkBelonging, checkMade, checkMeaning, checkRun } from './laws-of-work.ts'
import {
  type Accepted,
  isSame,
  knew,
  nameOf,
  noteAgain,
  type Oracle,
  stateDigest,
  violated,
} from './oracle.ts'

/** [I1] [I6] [I7] What must hold in any state at any moment. */
export function checkState(state: Memory, where: string): void {
  const [first] = faults(state)
  if (first !== undefined) violated(first.slice(0, 2), `${where}: ${first.slice(3)}`)
}

/** [I2] The base is headquarters' state at the cursor. */
export function checkBase(oracle: Oracle, disk: Disk, where: string): void {
  const history = oracle.histories.get(disk.meta.cursor.hash)
  if (history === undefined) violated('I2', `${where}: the cursor is on no history`)
  if (history.digest !== stateDigest(disk.base.all()))
    violated('I2', `${where}: base differs at ${disk.meta.cursor.seq}`)
}

/** [I13] What scripts see is what deciding everything again would give. */
export function checkFold(disk: Disk, where: string): void {
  const full = [...fullFold(disk).live.all()]
  for (const row of full) {
    const live = disk.fold.live.get(row.noun, row.id)
    if (!isSame(live, row)) violated('I13', `${where}: ${row.noun} ${row.id} differs`)
    const held = disk.fold.live.holder(row.noun, row.scope, row.key)?.id === row.id
    if (held !== (!row.deleted && row.into === null))
      violated('I13', `${where}: key of ${row.noun} ${row.id}`)
  }
  if ([...disk.fold.live.all()].length !== full.length) violated('I13', `${where}: rows that nobody made`)
}

export interface Count {
  asked: number
  false_unseen: number
}

/** An operation as it came, or as it waited for its second try. */
export interface Asked {
  readonly sent: Pick<
    SealedOperation,
    'op_id' | 'clock' | 'n' | 'base' | 'rebased' | 'known_deleted' | 'operation'
  >
  readonly incarnation: string
  readonly station_id: string
  readonly again: boolean
}

/** What must hold of each operation that headquarters takes, judged by what its author had really seen. */
export function checkCommit(
  oracle: Oracle,
  store: HeadquartersStore,
  rows: Memory,
  asked: Asked,
  commit: Commit,
  count: Count,
): void {
  const { sent, again } = asked
  const name = again ? oracle.taken.get(sent.op_id)! : nameOf(sent)
  const accepted = oracle.ledger.get(name)
  if (accepted === undefined) violated('I4', `${commit.op_id} was never accepted`)
  // Its station gives it another id before it gets a place.
  if (!again && commit.conflicts.some(({ kind }) => kind === 'id_collision'))
    violated('I9', `${commit.op_id} made a row under an id that another one has`)
  checkKnowledge(oracle, store, rows, asked, accepted, commit.seq, count)
  const parsed = operationSchema.safeParse(sent.operation)
  if (parsed.success) checkMeaning(oracle, rows, accepted, parsed.data)
  checkChange(oracle, store, rows, accepted, commit)
  if (again) noteAgain(oracle, sent.op_id, commit)
  else oracle.taken.set(commit.op_id, name)
}

/** What must hold of each change in the order of all changes, whoever made it. */
export function checkChange(
  oracle: Oracle,
  store: HeadquartersStore,
  rows: Memory,
  accepted: Accepted,
  commit: Commit,
): void {
  const { result, conflicts } = commit
  if (result !== 'applied' && result !== 'noop' && conflicts.length === 0)
    violated('I8', `${commit.op_id} ${result}`)
  for (const row of commit.rows) {
    const before = rows.get(row.noun, row.id)
    if (before === undefined) checkMade(commit, accepted, row)
    if (before !== undefined) checkOverwrite(oracle, store, commit, accepted, before, row)
    if (before !== undefined && row.deleted && !before.deleted)
      checkDeletion(oracle, commit, accepted, before)
    if (before !== undefined && row.noun === 'run') checkRun(rows, commit, before, row)
    if (before !== undefined && row.noun === 'attachment') checkBelonging(commit, before, row)
    if (row.name !== before?.name && nouns[row.noun].unique) checkName(commit, row)
  }
  if (!isStorable(commit)) violated('I24', `${commit.op_id} left what cannot be stored`)
  if (result === 'merged') checkMerge(rows, commit, accepted)
  if (conflicts[0]?.kind === 'answered') checkAnswer(oracle, store, accepted, commit)
}

/** [I26] Which records wait, and for what: worked out here once more. */
export function noteWaiting(oracle: Oracle, rows: Memory, { hash, op_id, conflicts }: Commit): void {
  const waiting = conflicts.flatMap(({ kind, noun, id, field, wanted }, ordinal) => {
    const about = { id: `${op_id}-${ordinal}` }
    if (kind === 'unknown_row' && field === 'operation' && !(wanted as string).includes(' '))
      return { ...about, noun: 'operation' as const, row_id: wanted as string }
    if (kind === 'unknown_row' && field === undefined) return { ...about, noun, row_id: id }
    const reference = nouns[noun].references.find((one) => kind === 'dangling_ref' && one.field === field)
    if (reference === undefined || rows.get(reference.noun, wanted as string) !== undefined) return []
    return { ...about, noun: reference.noun, row_id: wanted as string }
  })
  if (waiting.length > 0) oracle.waiting.set(hash, waiting)
}

/** [I26] A reference that nobody set since is set by the second try. */
export function checkTried(
  rows: Memory,
  { conflict: { kind, noun, id, field } }: Waiting,
  commit: Commit,
): void {
  const row = rows.get(noun, id)
  if (kind !== 'dangling_ref' || commit.result !== 'noop' || row === undefined || !holdsKey(row)) return
  if (row.fields[field!] === null && row.marks[field!] === undefined)
    violated('I26', `${commit.op_id} left ${field} of ${noun} ${id} as empty as it was`)
}

/** [I26] What waited for a row that is there was decided again, once, unless a person had answered. */
export function checkAgain(
  oracle: Oracle,
  { commits, rows }: { commits: readonly Commit[]; rows: Memory },
): void {
  const answers = commits.flatMap(({ seq, conflicts }) =>
    conflicts.flatMap(({ kind, id, wanted }) => (kind === 'answered' ? { seq, id, wanted } : [])),
  )
  for (const { seq, hash } of commits) {
    for (const { id, noun, row_id } of oracle.waiting.get(hash) ?? []) {
      const said = answers.filter((one) => one.id === id && one.seq > seq)
      const tried = said.filter(({ wanted }) => wanted === AGAIN).length
      if (tried > 1) violated('I26', `${id} was tried ${tried} times`)
      if (tried > 0 && said[0]!.wanted !== AGAIN) violated('I26', `${id} was answered and tried again`)
      const isThere =
        noun === 'operation' ? !row_id.startsWith('gadget') : rows.get(noun, row_id) !== undefined
      if (said.length === 0 && isThere) violated('I26', `${id} waits for ${noun} ${row_id}, which is there`)
    }
  }
}

/** [I10] Whatever counts as seen was seen. */
function checkKnowledge(
  oracle: Oracle,
  store: HeadquartersStore,
  rows: Memory,
  { incarnation, station_id, sent }: Asked,
  accepted: Accepted,
  seq: number,
  count: Count,
): void {
  const mark: Mark = { op_id: sent.op_id, incarnation, n: sent.n, station_id, seq }
  const author = authorAt(store, sent, mark, digest)
  for (const row of rows.all()) {
    for (const one of Object.values(row.marks)) {
      const said = author.seen(one)
      const really = knew(oracle, accepted, one)
      if (said && !really) violated('I10', `${sent.op_id} counts as knowing ${one.op_id}`)
      count.asked += 1
      if (!said && really) count.false_unseen += 1
    }
  }
}

/** [I11] A value that the author had not seen is not replaced without a word. */
function checkOverwrite(
  oracle: Oracle,
  store: HeadquartersStore,
  commit: Commit,
  accepted: Accepted,
  before: Row,
  after: Row,
): void {
  if (commit.conflicts.length > 0) return
  for (const [field, old, now] of values(before, after)) {
    const was = before.marks[field] ?? before.marks['created']!
    const is = after.marks[field] ?? after.marks['created']!
    if (old === null || old === now || was.op_id === is.op_id) continue
    // The name may be that of renamings which were folded into the making of the row.
    const folds = field === 'key' ? oracle.folds.get(store.operation(was.op_id)?.content ?? '') : undefined
    const knewName =
      folds === undefined || folds.some((renamings) => (accepted.past & renamings) === renamings)
    if (!knew(oracle, accepted, was) || !knewName)
      violated('I11', `${commit.op_id} overwrote ${field} of ${before.noun} ${before.id}`)
  }
}

function* values(before: Row, after: Row): Generator<[string, unknown, unknown]> {
  yield ['key', before.name, after.name]
  for (const [field, old] of Object.entries(before.fields)) {
    const now = after.fields[field]
    if (typeof old !== 'object' || old === null) yield [field, old ?? null, now ?? null]
    else
      for (const [key, one] of Object.entries(old))
        yield [`${field}.${key}`, one, (now as typeof old)[key] ?? null]
  }
}

/** [I9] Only who had seen all of a row deletes it. */
function checkDeletion(oracle: Oracle, commit: Commit, accepted: Accepted, before: Row): void {
  for (const [what, mark] of Object.entries(before.marks)) {
    if (!knew(oracle, accepted, mark))
      violated('I9', `${commit.op_id} deleted ${before.noun} ${before.id} without knowing ${what}`)
  }
}

/** [I12] What one station saw side by side stays two things. */
function checkMerge(rows: Memory, commit: Commit, { saw }: Accepted): void {
  const { noun, other_id } = commit.conflicts.find(({ kind }) => kind === 'merged')!
  const known = [other_id!, ...rows.joined(noun, other_id!).map(({ id }) => id)].find((id) =>
    saw.has(`${noun}:${id}`),
  )
  if (known !== undefined)
    violated('I12', `${commit.op_id} was joined with ${noun} ${known}, which its station knew`)
}

/** [I24] Every name is one that a person could have typed. */
function checkName(commit: Commit, row: Row): void {
  if (row.name.length <= IDENTIFIER_MAX && IDENTIFIER_PATTERN.test(row.name)) return
  violated('I24', `${commit.op_id} named ${row.noun} ${row.id} ${row.name}`)
}

/** [I16] A page is whole: no commit left out, no request torn. */
export function checkPage(
  from: number,
  to: number,
  commits: readonly Commit[],
  next: Commit | undefined,
): void {
  commits.forEach(({ seq }, index) => {
    if (seq !== from + 1 + index) violated('I16', `commit ${from + 1 + index} is missing`)
  })
  if (from + commits.length !== to) violated('I16', `the page ends at ${to}`)
  if (next !== undefined && next.txn_id === commits.at(-1)?.txn_id)
    violated('I16', `request ${next.txn_id} was torn`)
}
