import { expect, test } from 'vitest'

import { readJournal } from '../../src/main/store/journal.ts'
import { errorStatus } from '../../src/model/error.ts'
import { expectJournalToExplainRows } from './replay.ts'
import { type Answer, ORIGIN, type StationUnderTest, openStation } from './station.ts'

/** A request that must succeed, or milliseconds that pass. */
export type Step = readonly [request: string, body?: unknown, by?: 'user' | 'station'] | number

/**
 * One request and what comes of it. `$1`, `$2`, … stand for the ids that the given requests answered (waiting is not
 * counted), `$upload1` for where the first one said that bytes go, `$user` and `$station` for whoever asks; in the request, its body and the expected answer.
 */
export interface Scenario {
  readonly fact: string
  readonly given?: readonly Step[]
  /** Method and target, e.g. `GET /v2/batches?limit=1`. */
  readonly request: string
  readonly body?: unknown
  /** Whose key; null for none. The user's, if nothing is said. */
  readonly by?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  /** What the answer must contain. */
  readonly answer?: unknown
  /** What `message`, or for input that fails its schema the first issue's message, must contain. */
  readonly says?: string
  /** Other code than the first one of the status. */
  readonly code?: string
  /** What the journal got from the request. */
  readonly wrote?: readonly string[]
  /** What there is afterwards, see `rowsOf`. */
  readonly rows?: Partial<Rows>
}

/** What scenarios are tried on. */
export interface Subject extends Pick<StationUnderTest, 'ids' | 'pass' | 'call' | 'done'> {
  rows(): Rows | Promise<Rows>
  /** Sees that what was written explains what there is. */
  explain(): void | Promise<void>
}

async function stationAsSubject(): Promise<Subject> {
  const station = await openStation()
  const { ids, pass, call, done } = station
  return {
    ids,
    pass,
    call,
    done,
    rows: () => rowsOf(station),
    explain: () => expectJournalToExplainRows(station.database, station.ids.station),
  }
}

let openSubject = stationAsSubject
let skipped: ReadonlySet<string> = new Set()

/** Tries the tables that are imported from now on on something else than a station. @param but facts that hold for stations only */
export function tryScenariosOn(subject: () => Promise<Subject>, but: readonly string[]): void {
  openSubject = subject
  skipped = new Set(but)
}

export function proveScenarios(scenarios: readonly Scenario[]): void {
  const open = openSubject
  test.each(scenarios.filter(({ fact }) => !skipped.has(fact)))('$fact', async (scenario) => {
    const station = await open()
    const names = await prepare(station, scenario.given ?? [])
    const named = <Value>(value: Value): Value => fill(value, names)
    const before = await station.rows()
    const [method, target] = split(scenario.request)

    const answer = await station.call(method, named(target), {
      key: scenario.by === undefined ? 'user' : scenario.by,
      body: named(scenario.body),
      ...(scenario.headers ? { headers: scenario.headers } : {}),
    })

    expect({ status: answer.status, text: answer.text }).toEqual({
      status: scenario.status,
      text: answer.text,
    })
    expect(answer.type).toBe('application/json')
    if (scenario.status !== 200) expectError(answer, scenario)
    if (scenario.answer !== undefined) expect(answer.json).toMatchObject(named(scenario.answer) as object)
    const after = await station.rows()
    if (scenario.status !== 200) expect(after).toEqual(before)
    const written = after.journal.slice(before.journal.length)
    if (scenario.status === 200 && method === 'GET') expect(written).toEqual([])
    if (scenario.wrote) expect(written).toEqual(scenario.wrote)
    if (scenario.rows) expect(after).toMatchObject(named(scenario.rows))
    await station.explain()
  })
}

async function prepare(station: Subject, given: readonly Step[]): Promise<Map<string, string>> {
  const names = new Map(Object.entries(station.ids))
  let count = 0
  for (const step of given) {
    if (typeof step === 'number') station.pass(step)
    else {
      const [request, body, by = 'user'] = step
      const [method, target] = split(request)
      const made = await station.done<{ id?: string; upload_url?: string }>(method, fill(target, names), {
        key: by,
        body: fill(body, names),
      })
      names.set(String((count += 1)), made.id ?? '')
      if (made.upload_url !== undefined) names.set(`upload${count}`, made.upload_url.replace(ORIGIN, ''))
    }
  }
  return names
}

function split(request: string): [method: string, target: string] {
  const space = request.indexOf(' ')
  return [request.slice(0, space), request.slice(space + 1)]
}

/** Puts in what `$NAME` stands for, wherever it is in a value. */
export function fill<Value>(value: Value, names: ReadonlyMap<string, string>): Value {
  if (typeof value === 'string')
    return value.replaceAll(/\$(\w+)/g, (text, name: string) => names.get(name) ?? text) as Value
  if (
    value instanceof Uint8Array ||
    typeof value !== 'object' ||
    value === null ||
    'asymmetricMatch' in value
  )
    return value
  if (Array.isArray(value)) return value.map((item: unknown) => fill(item, names)) as Value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, names)])) as Value
}

/** The one shape of errors (contract v2 §1.4). */
export function expectErrorShape({ status, type, json, text }: Answer): void {
  expect(type, text).toBe('application/json')
  const { message, code, issues, ...rest } = json as Record<string, unknown>
  expect(message, text).toEqual(expect.any(String))
  expect(message, text).not.toBe('')
  expect(errorStatus[code as keyof typeof errorStatus], text).toBe(status)
  if (issues !== undefined) {
    expect(message).toBe('Input validation failed')
    expect((issues as unknown[]).length).toBeGreaterThan(0)
    for (const issue of issues as unknown[])
      expect(issue).toMatchObject({ message: expect.any(String), path: expect.any(Array) })
  }
  expect(Object.keys(rest).filter((name) => name !== 'existing_id')).toEqual([])
}

function expectError(answer: Answer, { code, says, status }: Scenario): void {
  expectErrorShape(answer)
  const body = answer.json as { message: string; code: string; issues?: { message: string }[] }
  expect(body.code).toBe(code ?? Object.entries(errorStatus).find(([, known]) => known === status)![0])
  if (says !== undefined) expect(body.issues?.[0]?.message ?? body.message).toContain(says)
}

export type Rows = ReturnType<typeof rowsOf>

/** What there is, in words: enough to see what a request left behind. */
export function rowsOf({ database }: StationUnderTest) {
  const words = (text: string) => database.rows<[string]>({ text, values: [] }).flat()
  return {
    batches: words(`SELECT number || ' (' || unit_count || ')' FROM batches ORDER BY key`),
    parts: words(`SELECT number || ' ' || name FROM parts ORDER BY key`),
    revisions: words(
      `SELECT p.number || '/' || r.number FROM revisions r JOIN parts p ON p.pk = r.part_pk ORDER BY p.key, r.key`,
    ),
    units: words(`
      SELECT u.serial_number || ' ' || p.number || '/' || r.number || coalesce(' in ' || b.number, '')
        || coalesce(' under ' || m.serial_number, '') || coalesce(' ' || u.sample, '') || coalesce(' ' || u.metadata, '')
      FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk
        LEFT JOIN batches b ON b.pk = u.batch_pk LEFT JOIN units m ON m.pk = u.parent_pk ORDER BY u.key`),
    attachments: words(`
      SELECT a.name || ' (' || a.size || ')' || coalesce(' of ' || u.serial_number, '') || iif(a.run_pk IS NULL, '', ' of a run')
      FROM attachments a LEFT JOIN units u ON u.pk = a.unit_pk ORDER BY a.name, a.id`),
    stations: words(`
      SELECT name || coalesce(' image ' || image_id, '') || coalesce(' team ' || team_id, '') || iif(removed, ' removed', '')
      FROM stations ORDER BY pk`),
    procedures: words(`SELECT name || ' (' || run_count || ')' FROM procedures ORDER BY pk`),
    versions: words(`
      SELECT q.name || '/' || v.tag || ' (' || v.run_count || ')' FROM versions v JOIN procedures q ON q.pk = v.procedure_pk
      ORDER BY q.pk, v.key`),
    links: words(`
      SELECT s.name || ' ' || q.name FROM procedure_links l JOIN stations s ON s.pk = l.station_pk JOIN procedures q ON q.pk = l.procedure_pk
      ORDER BY l.pk`),
    runs: words(`
      SELECT u.serial_number || ' ' || q.name || coalesce('/' || v.tag, '') || ' ' || t.outcome
        || iif(t.made_unit, ' made', '') || coalesce(' by ' || o.name, '') || coalesce(' ' || t.metadata, '')
      FROM runs t JOIN units u ON u.pk = t.unit_pk JOIN procedures q ON q.pk = t.procedure_pk
        LEFT JOIN versions v ON v.pk = t.version_pk LEFT JOIN users o ON o.id = t.operated_by_id ORDER BY t.pk`),
    journal: [...readJournal(database)].map(({ operation }) => operation.type),
  }
}

/** Requests that most scenarios begin with. */
export const batch = (number: string): Step => ['POST /v2/batches', { number }]
export const part = (number: string, more: object = {}): Step => ['POST /v2/parts', { number, ...more }]
export const unit = (serial_number: string, more: object = {}): Step => [
  'POST /v2/units',
  { serial_number, part_number: 'P', revision_number: 'A', ...more },
]
export const inBatch = (serial_number: string, batch_number: string): Step => [
  `PATCH /v2/units/${serial_number}`,
  { batch_number },
]
export const file = (name: string): Step => ['POST /v2/attachments', { name }]
export const child = (serial_number: string, child_serial_number: string): Step => [
  `PUT /v2/units/${serial_number}/children`,
  { child_serial_number },
]
export const procedure = (name: string): Step => ['POST /v2/procedures', { name }]
/** A run of the procedure that the first given request made. */
export const run = (serial_number: string, more: object = {}): Step => [
  'POST /v2/runs',
  { ...runOf(serial_number), ...more },
]
export const runOf = (serial_number: string) => ({
  outcome: 'PASS',
  procedure_id: '$1',
  started_at: '2026-01-01T08:00:00Z',
  ended_at: '2026-01-01T08:01:30Z',
  serial_number,
  part_number: 'P',
})
