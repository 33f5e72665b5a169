import { nouns } from '../../model/decide/nouns.ts'
import type { Noun, Row } from '../../model/state.ts'
import type { ChainIndex, Commit } from '../../model/sync/protocol.ts'
import type { Queryable } from './database.ts'
import { type Fact, type Facts, type Incarnation, nameOf, partsOf, type Place } from './facts.ts'
import { readRecords } from './conflicts.ts'
import { readReplies } from './replies.ts'
import { loadWaiting } from './second-tries.ts'
import { join, name, sql } from './sql.ts'
import { referredFirst, selects, shapes, toRow } from './tables.ts'

/** Asks the database all questions that are open, each sort in one query. */
export async function loadMissing(db: Queryable, facts: Facts): Promise<void> {
  await loadRows(db, facts)
  await loadHolders(db, facts)
  await loadReferences(db, facts)
  const texts = (fact: Fact<unknown>) => [...fact.missing]
  await load(
    facts.operations,
    () =>
      db.rows<{ op_id: string; seq: number; content: string; made_as: string }>(sql`
      SELECT op_id, seq, content, made_as FROM commits WHERE op_id = ANY(${texts(facts.operations)}::text[])`),
    ({ op_id, ...known }) => [op_id, known],
  )
  await load(
    facts.places,
    () =>
      db.rows<Place & { seq: number }>(sql`
      SELECT seq, hash, received_at FROM commits WHERE seq = ANY(${texts(facts.places)}::bigint[])`),
    ({ seq, ...place }) => [String(seq), place],
  )
  await load(
    facts.incarnations,
    () =>
      db.rows<Incarnation & { id: string }>(sql`
      SELECT id, station_id, parent, last_n, last_hash FROM incarnations
      WHERE id = ANY(${texts(facts.incarnations)}::text[])`),
    ({ id, ...incarnation }) => [id, incarnation],
  )
  await load(
    facts.heirs,
    () =>
      db.rows<{ id: string }>(sql`
      SELECT DISTINCT parent ->> 'incarnation' AS id FROM incarnations
      WHERE parent ->> 'incarnation' = ANY(${texts(facts.heirs)}::text[])`),
    ({ id }) => [id, true],
  )
  await loadLinks(db, facts)
  await load(
    facts.closed,
    () =>
      db.rows<{ epoch: string }>(sql`
      SELECT epoch FROM closed_epochs WHERE epoch = ANY(${texts(facts.closed)}::text[])`),
    ({ epoch }) => [epoch, true],
  )
  for (const incarnation of facts.indexes.missing)
    facts.indexes.known.set(incarnation, await readIndex(db, incarnation))
  await load(
    facts.records,
    () => readRecords(db, [...facts.records.missing]),
    (record) => [record.id, record],
  )
  await load(
    facts.replies,
    () => readReplies(db, [...facts.replies.missing]),
    (reply) => [reply.fingerprint, reply],
  )
  await loadWaiting(db, facts)
  for (const asked of facts.pages.missing) {
    const [after, limit] = partsOf(asked).map(Number)
    await loadPage(db, facts, after!, limit!)
  }
}

/** One sort of question: what the query does not find is known not to be there. */
async function load<Value, Found>(
  { known, missing }: Fact<Value>,
  query: () => Promise<Found[]>,
  entry: (found: Found) => readonly [name: string, value: Value],
): Promise<void> {
  if (missing.size === 0) return
  const found = await query()
  for (const asked of missing) known.set(asked, null)
  for (const one of found) known.set(...entry(one))
}

/** Names of two parts, by their first. */
function byFirst(missing: ReadonlySet<string>): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const asked of missing) {
    const [first, second] = partsOf(asked) as [string, string]
    const group = groups.get(first)
    if (group) group.push(second)
    else groups.set(first, [second])
  }
  return groups
}

async function loadLinks(db: Queryable, { links, sent }: Facts): Promise<void> {
  for (const asked of links.missing) links.known.set(asked, null)
  for (const [incarnation, places] of byFirst(links.missing)) {
    const found = await db.rows<{ n: number; hash: string }>(sql`
      SELECT n, hash FROM chain WHERE incarnation = ${incarnation} AND n = ANY(${places}::bigint[])`)
    for (const { n, hash } of found) links.known.set(nameOf(incarnation, n), hash)
  }
  for (const asked of sent.missing) sent.known.set(asked, null)
  for (const [incarnation, op_ids] of byFirst(sent.missing)) {
    const found = await db.rows<{ op_id: string; n: number }>(sql`
      SELECT op_id, min(n) AS n FROM chain WHERE incarnation = ${incarnation} AND op_id = ANY(${op_ids}::text[])
      GROUP BY op_id`)
    for (const { op_id, n } of found) sent.known.set(nameOf(incarnation, op_id), n)
  }
}

function byNoun(missing: ReadonlySet<string>): Map<Noun, string[][]> {
  const groups = new Map<Noun, string[][]>()
  for (const asked of missing) {
    const [noun, ...rest] = partsOf(asked)
    const group = groups.get(noun as Noun)
    if (group) group.push(rest)
    else groups.set(noun as Noun, [rest])
  }
  return groups
}

function learn(facts: Facts, row: Row): void {
  const id = nameOf(row.noun, row.id)
  // What is known already may be newer: written by this transaction and not stored yet.
  if (!facts.rows.known.get(id)) facts.rows.known.set(id, row)
}

async function loadRows(db: Queryable, facts: Facts): Promise<void> {
  await load(
    facts.ids,
    () => db.rows<{ id: string }>(idsAmong([...facts.ids.missing])),
    ({ id }) => [id, true],
  )
  for (const [noun, asked] of byNoun(facts.rows.missing)) {
    const ids = asked.map(([id]) => id!)
    for (const id of ids) facts.rows.known.set(nameOf(noun, id), null)
    const taken = ids.filter((id) => facts.ids.known.get(id) !== null)
    if (taken.length === 0) continue
    const found = await db.rows(sql`${selects[noun]} WHERE id = ANY(${taken}::text[])`)
    for (const stored of found) learn(facts, toRow(noun, stored))
  }
}

const idsAmong = (ids: readonly string[]) => {
  const tables = referredFirst.map((noun) =>
    name(`SELECT id FROM asked JOIN ${shapes[noun].table} USING (id)`),
  )
  return sql`WITH asked AS (SELECT unnest(${ids}::text[]) AS id) ${join(tables, ' UNION ALL ')}
    UNION ALL SELECT id FROM asked JOIN conflicts ON makes = id`
}

async function loadHolders(db: Queryable, facts: Facts): Promise<void> {
  for (const [noun, asked] of byNoun(facts.holders.missing)) {
    const { scope } = nouns[noun]
    const keys = asked.map(([, key]) => key!)
    // Of a revision every part's of these numbers may come, so parts are named too: some may be too many, none too few.
    const inScopes =
      scope === null
        ? sql``
        : sql` AND ${name(scope)} = ANY(${[...new Set(asked.map(([of]) => of!))]}::text[])`
    const found = await db.rows(sql`${selects[noun]} WHERE held = ANY(${keys}::text[])${inScopes}`)
    const wanted = new Set(asked.map(([of, key]) => nameOf(noun, of!, key!)))
    for (const one of wanted) facts.holders.known.set(one, null)
    for (const stored of found) {
      const row = toRow(noun, stored)
      const held = nameOf(noun, row.scope, row.key)
      if (!wanted.has(held)) continue
      learn(facts, row)
      facts.holders.known.set(held, row.id)
    }
  }
}

async function loadReferences(db: Queryable, facts: Facts): Promise<void> {
  for (const [noun, asked] of byNoun(facts.references.missing)) {
    for (const field of new Set(asked.map(([of]) => of!))) {
      const ids = asked.filter(([of]) => of === field).map(([, id]) => id!)
      const live = field === 'into_id' ? sql`` : sql` AND held IS NOT NULL`
      const found = await db.rows<Record<string, string>>(
        sql`${selects[noun]} WHERE ${name(field)} = ANY(${ids}::text[])${live}`,
      )
      const groups = new Map(ids.map((id) => [id, new Set<string>()]))
      for (const stored of found) {
        groups.get(stored[field]!)!.add(stored['id']!)
        learn(facts, toRow(noun, stored))
      }
      for (const [id, members] of groups) facts.references.known.set(nameOf(noun, field, id), members)
    }
  }
}

/** The end of a chain whole, and the rest thinned: enough to find where a copy parts from it, or a little before. */
const INDEX_END = 1_000
const INDEX_STEP = 256

async function readIndex(db: Queryable, incarnation: string): Promise<ChainIndex> {
  const found = await db.rows<{ n: number; hash: string }>(sql`
    SELECT c.n, c.hash FROM chain c JOIN incarnations i ON i.id = c.incarnation
    WHERE c.incarnation = ${incarnation} AND (c.n > i.last_n - ${INDEX_END}::bigint OR c.n % ${INDEX_STEP}::bigint = 0) ORDER BY c.n`)
  return found.map(({ n, hash }) => [n, hash])
}

/** A page stays near this size; a single change may be larger. */
const PAGE_BYTES = 1_000_000
/** What follows a page is read with it: the page ends with a whole request. */
const AHEAD = 64

async function loadPage(db: Queryable, facts: Facts, after: number, limit: number): Promise<void> {
  const found = await db.rows<Commit & { bytes: number }>(sql`
    SELECT seq, hash, op_id, txn_id, station_id, result, rows, conflicts,
      (sum(octet_length(rows::text)) OVER (ORDER BY seq))::bigint AS bytes
    FROM commits WHERE seq > ${after} ORDER BY seq LIMIT ${limit + AHEAD}`)
  const commits = found.map(({ bytes: _bytes, ...commit }) => commit)
  const small = found.findIndex(({ bytes }, i) => i > 0 && bytes > PAGE_BYTES)
  const size = Math.min(limit, small === -1 ? commits.length : small)
  facts.pages.known.set(nameOf(after, limit), commits.slice(0, size))
  for (let i = size; i <= commits.length; i++) {
    const before = i === 0 ? after : commits[i - 1]!.seq
    const last = i === commits.length
    if (!last) facts.pages.known.set(nameOf(before, 1), [commits[i]!])
    else if (found.length < limit + AHEAD) facts.pages.known.set(nameOf(before, 1), [])
  }
}
