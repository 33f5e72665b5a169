import { afterAll, afterEach, expect, test } from 'vitest'

import { newDatabase, stopServer } from '../support/central.ts'
import {
  type CentralProcess,
  cleanUp,
  lotkeeper as atHeadquarters,
  newFolder,
  startCentral,
} from '../support/central-process.ts'
import { lotkeeper, type RunningStation, startStation, temporaryFolder } from '../support/process.ts'

afterEach(cleanUp)
afterAll(stopServer)

interface Card {
  readonly id: string
  readonly summary: string
  readonly answers: readonly { readonly id: string }[]
}

const ask = async (base: CentralProcess | RunningStation, method: string, path: string, body?: object) => {
  const key = 'keys' in base ? base.keys.user : base.user
  const response = await fetch(`${base.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const cardsOf = async (base: CentralProcess | RunningStation) => {
  const path = 'keys' in base ? '/station/conflicts' : '/fleet/conflicts'
  return (await ask(base, 'GET', path)).body['data'] as Card[]
}

const idOf = (cards: readonly Card[], words: RegExp) => cards.find(({ summary }) => words.test(summary))!.id

/** A and B made the same part, revision and batch, each with a unit of its own, before B was known at headquarters. */
async function twoOfEach() {
  const central = await startCentral(newFolder(), '--database-url', await newDatabase())
  const invite = async (name: string) => {
    const { out } = await atHeadquarters('stations', 'add', '--name', name, '--data-dir', central.data_dir)
    return (JSON.parse(out) as { code: string }).code
  }
  const args = ['--sync-interval', '1', '--log-level', 'error']
  const enroll = (code: string) => ['--central', central.url, '--enroll', code]
  const a = await startStation(temporaryFolder(), [...args, ...enroll(await invite('A'))])
  const folder = temporaryFolder()
  const alone = await startStation(folder, args)
  for (const [station, serial_number] of [
    [a, 'SN-A'],
    [alone, 'SN-B'],
  ] as const) {
    await ask(station, 'POST', '/v2/parts', { number: 'PCB', name: 'Board', revision_number: 'R1' })
    await ask(station, 'POST', '/v2/batches', { number: 'LOT-7' })
    await ask(station, 'POST', '/v2/units', { serial_number, part_number: 'PCB', revision_number: 'R1' })
    const moved = await ask(station, 'PATCH', `/v2/units/${serial_number}`, { batch_number: 'LOT-7' })
    expect(moved.status).toBe(200)
  }
  await lotkeeper(['sync', '--data-dir', a.data_dir])
  await alone.stop()
  const b = await startStation(folder, [...args, ...enroll(await invite('B'))])
  await expect.poll(async () => (await cardsOf(b)).length, { timeout: 30_000 }).toBe(3)
  return { central, a, b }
}

/** How a unit stands everywhere: its part, revision and batch. */
const unitAt = async (base: CentralProcess | RunningStation, serial_number: string) => {
  const { body } = await ask(base, 'GET', `/v2/units/${serial_number}`)
  const { part, batch } = body as {
    part: { number: string; revision: { number: string } }
    batch: { number: string } | null
  }
  return `${part.number}/${part.revision.number} in ${batch?.number}`
}

test(
  'a card is on its station and at headquarters, is answered and taken back at either, and closes at both',
  { timeout: 180_000 },
  async () => {
    const { central, a, b } = await twoOfEach()
    const everywhere = async (serial_number: string, words: string) => {
      for (const base of [central, a, b])
        await expect.poll(() => unitAt(base, serial_number), { timeout: 30_000 }).toBe(words)
    }
    const cards = await cardsOf(central)
    expect(cards.map(({ id }) => id).toSorted()).toEqual((await cardsOf(b)).map(({ id }) => id).toSorted())
    expect(await cardsOf(a)).toEqual([])
    const closedEverywhere = async (id: string, closed: boolean) => {
      for (const base of [central, b])
        await expect
          .poll(async () => (await cardsOf(base)).every((card) => card.id !== id), { timeout: 30_000 })
          .toBe(closed)
    }

    const batch = idOf(cards, /^Batch LOT-7 was also made at A, 1 unit joined$/)
    const say = (base: CentralProcess | RunningStation, id: string, answer: string) =>
      ask(base, 'POST', `/${'keys' in base ? 'station' : 'fleet'}/conflicts/${id}`, { answer })
    expect(await say(central, batch, 'perhaps')).toMatchObject({
      status: 400,
      body: { message: 'Answer must be one of same, different' },
    })
    expect((await say(central, 'nothing-0', 'same')).status).toBe(404)
    expect((await say(central, batch, 'undo')).status).toBe(409)
    expect(await say(central, batch, 'different')).toEqual({ status: 200, body: { id: batch } })
    expect((await say(central, batch, 'same')).status).toBe(409)
    await everywhere('SN-B', 'PCB/R1 in LOT-7+2')
    await everywhere('SN-A', 'PCB/R1 in LOT-7')
    await closedEverywhere(batch, true)
    expect((await say(b, batch, 'undo')).status).toBe(200)
    await everywhere('SN-B', 'PCB/R1 in LOT-7')
    await closedEverywhere(batch, false)

    // A part takes its revisions with it, and the units that were made as such at its station.
    const part = idOf(cards, /^Part PCB was also made at A/)
    expect((await say(b, part, 'different')).status).toBe(200)
    await everywhere('SN-B', 'PCB+2/R1 in LOT-7')
    await everywhere('SN-A', 'PCB/R1 in LOT-7')
    await closedEverywhere(part, true)
    expect((await say(central, part, 'undo')).status).toBe(200)
    await everywhere('SN-B', 'PCB/R1 in LOT-7')
    expect((await ask(a, 'GET', '/v2/parts/PCB+2')).status).toBe(404)

    const revision = idOf(cards, /^Revision PCB R1 was also made at A/)
    expect((await say(central, revision, 'different')).status).toBe(200)
    await everywhere('SN-B', 'PCB/R1+2 in LOT-7')
    await closedEverywhere(revision, true)
    expect(await ask(central, 'GET', '/fleet')).toMatchObject({ body: { headquarters: { conflicts: 2 } } })
  },
)
