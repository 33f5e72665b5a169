import { type BatchDetail, batchEndpoints } from '../model/batch.ts'
import { deskEndpoints } from '../model/desk.ts'
import { IDENTIFIER_MAX, IDENTIFIER_PATTERN } from '../model/identifier.ts'
import { partEndpoints } from '../model/part.ts'
import { revisionEndpoints } from '../model/revision.ts'
import { unitEndpoints } from '../model/unit.ts'
import { call } from './api.ts'
import type { MessageKey } from './i18n/translate.ts'
import { codeOf, sentenceOf } from './problem.ts'
import { goTo } from './route.ts'
import type { Verdict, VerdictAction } from './verdict.ts'

/**
 * What an operator does to batches and units. Each deed is done at once and says how to take it back: nobody is asked
 * "are you sure" with gloves on. All of them throw what the station refuses, except what has an answer of its own.
 */

/** A deed that could not be done, in one sentence. */
export const refusal = (error: unknown, number = ''): Verdict => ({
  kind: 'refused',
  text: (t) => sentenceOf(error, t, number),
})

export async function attempt(work: () => Promise<Verdict>, number = ''): Promise<Verdict> {
  try {
    return await work()
  } catch (error) {
    return refusal(error, number)
  }
}

/** @param number the one it would take again */
function undo(text: Verdict['text'], work: () => Promise<unknown>, number?: string): VerdictAction {
  return {
    label: (t) => t('do_undo'),
    run: () =>
      attempt(async () => {
        await work()
        return { kind: 'done', text: (t) => t('said_undone', { what: text(t) }) }
      }, number),
  }
}

interface Named {
  /** The unit it is about. */
  readonly unit?: string
  /** The number that taking it back would take again. */
  readonly number?: string
}

function done(
  text: Verdict['text'],
  takeBack: () => Promise<unknown>,
  { unit, number }: Named = {},
): Verdict {
  return {
    kind: 'done',
    text,
    actions: [undo(text, takeBack, number)],
    ...(unit === undefined ? {} : { unit }),
  }
}

export async function createBatch(number: string): Promise<Verdict> {
  try {
    await call(batchEndpoints.create, { body: { number } })
  } catch (error) {
    if (codeOf(error) !== 'CONFLICT') throw error
    goTo({ kind: 'batch', number })
    return { kind: 'already', text: (t) => t('said_exists', { number }) }
  }
  goTo({ kind: 'batch', number })
  return done(
    (t) => t('said_created', { number }),
    async () => {
      await call(batchEndpoints.delete, { params: { number } })
      goTo({ kind: 'batches' })
    },
  )
}

export async function renameBatch(from: string, number: string): Promise<Verdict> {
  await call(batchEndpoints.rename, { params: { number: from }, body: { new_number: number } })
  goTo({ kind: 'batch', number })
  return done(
    (t) => t('said_renamed', { from, number }),
    async () => {
      await call(batchEndpoints.rename, { params: { number }, body: { new_number: from } })
      goTo({ kind: 'batch', number: from })
    },
    { number: from },
  )
}

/** Taking it back makes the batch anew, with its units: its number and contents return, its day of creation does not. */
export async function deleteBatch({ number, units }: BatchDetail): Promise<Verdict> {
  await call(batchEndpoints.delete, { params: { number } })
  goTo({ kind: 'batches' })
  return done(
    (t) => t('said_deleted', { number, count: units.length }),
    async () => {
      await call(batchEndpoints.create, { body: { number } })
      for (let i = 0; i < units.length; i += AT_ONCE)
        await Promise.all(units.slice(i, i + AT_ONCE).map((unit) => setBatch(unit.serial_number, number)))
      goTo({ kind: 'batch', number })
    },
    { number },
  )
}

/** Requests in flight when many units move: what a browser sends side by side. */
const AT_ONCE = 6

const setBatch = (serial_number: string, batch_number: string | null) =>
  call(unitEndpoints.update, { params: { serial_number }, body: { batch_number } })

/** @param from the batch it is in now, or null */
export async function moveUnit(serial: string, from: string | null, number: string): Promise<Verdict> {
  await setBatch(serial, number)
  return done(
    (t) =>
      from === null ? t('said_moved', { serial, number }) : t('said_moved_from', { serial, from, number }),
    () => setBatch(serial, from),
    { unit: serial },
  )
}

export async function takeUnitOut(serial: string, number: string): Promise<Verdict> {
  await setBatch(serial, null)
  return done(
    (t) => t('said_taken_out', { serial, number }),
    () => setBatch(serial, number),
  )
}

export interface Revision {
  readonly part_number: string
  readonly revision_number: string
}

/** Makes a unit nobody knew, in a batch; part and revision too where they are new. */
export async function makeUnit(serial_number: string, revision: Revision, number: string): Promise<Verdict> {
  const body = { serial_number, ...revision }
  try {
    await call(unitEndpoints.create, { body })
  } catch (error) {
    if (codeOf(error) !== 'NOT_FOUND') throw error
    await ensureRevision(revision)
    await call(unitEndpoints.create, { body })
  }
  await setBatch(serial_number, number)
  return done(
    (t) => t('said_unit_made', { serial: serial_number, number }),
    () => call(unitEndpoints.delete, { query: { serial_numbers: [serial_number] } }),
    { unit: serial_number },
  )
}

async function ensureRevision({ part_number, revision_number }: Revision): Promise<void> {
  await exceptTaken(call(partEndpoints.create, { body: { number: part_number, revision_number } }))
  await exceptTaken(
    call(revisionEndpoints.create, { params: { part_number }, body: { number: revision_number } }),
  )
}

async function exceptTaken(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (codeOf(error) !== 'CONFLICT') throw error
  })
}

/** Gives one of a conflict's answers. It is an ordinary change, and `undo` takes it back. */
export async function decide(id: string, answer: string, label: string): Promise<Verdict> {
  const send = (said: string) =>
    call(deskEndpoints.decideConflict, { params: { id }, body: { answer: said } })
  await send(answer)
  return done(
    (t) => t('said_decided', { answer: label }),
    () => send('undo'),
  )
}

/** Why a text cannot be a number (contract v2 §2.0), or undefined. */
export function faultOf(number: string): (MessageKey & `error_number_${string}`) | undefined {
  if (number === '') return 'error_number_empty'
  if (number.length > IDENTIFIER_MAX) return 'error_number_long'
  return IDENTIFIER_PATTERN.test(number) && !/^\.{1,2}$/.test(number) ? undefined : 'error_number_signs'
}
