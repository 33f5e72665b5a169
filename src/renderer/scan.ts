import { createContext, use, useEffect } from 'react'

import { type BatchItem, batchEndpoints } from '../model/batch.ts'
import type { DeskSettings } from '../model/desk.ts'
import { fold } from '../model/identifier.ts'
import { type UnitDetail, unitEndpoints } from '../model/unit.ts'
import { call } from './api.ts'
import { createBatch, faultOf, makeUnit, moveUnit } from './deeds.ts'
import { codeOf } from './problem.ts'
import { type Place, goTo } from './route.ts'
import type { Stroke } from './scanner/stroke.ts'
import type { Verdict, VerdictAction } from './verdict.ts'

/** What a scan does while a window is open: the window on top decides. */
export type ScanTarget = (text: string, strokes: readonly Stroke[]) => Promise<Verdict> | Verdict

/** Windows put themselves on top while they are open. */
export const ScanContext = createContext<{ readonly push: (target: ScanTarget) => () => void }>({
  push: () => () => {},
})

export function useScanTarget(target: ScanTarget): void {
  const { push } = use(ScanContext)
  useEffect(() => push(target), [push, target])
}

export interface Desk {
  readonly place: Place
  readonly new_units: DeskSettings['new_units']
  /** Asks which part an unknown unit is. */
  readonly askForUnit: (serial: string, batch: string) => void
}

/** What a scan means depends on where one is: in a batch it moves units in, at a unit it opens the next one, elsewhere it finds. */
export async function actOnScan(text: string, desk: Desk): Promise<Verdict> {
  if (faultOf(text) !== undefined) return { kind: 'refused', text: (t) => t('said_no_number', { text }) }
  const [batch, unit] = await Promise.all([findBatch(text), findUnit(text)])
  const { place } = desk
  if (place.kind === 'batch') return inBatch(text, place.number, batch, unit, desk)
  const at_units = place.kind === 'unit' || place.kind === 'run'
  return at_units && unit && !batch ? atUnit(unit.serial_number, place) : elsewhere(text, batch, unit)
}

async function findBatch(number: string): Promise<BatchItem | undefined> {
  const { data } = await call(batchEndpoints.list, { query: { numbers: [number], limit: 1 } })
  return data[0]
}

async function findUnit(serial_number: string): Promise<UnitDetail | undefined> {
  try {
    return await call(unitEndpoints.get, { params: { serial_number } })
  } catch (error) {
    if (codeOf(error) === 'NOT_FOUND') return undefined
    throw error
  }
}

/** Opens the unit with its runs; the bar keeps what it says. */
const shows = (serial: string): VerdictAction => ({
  label: (t) => t('do_show_unit'),
  run: () => {
    goTo({ kind: 'unit', serial })
    return undefined
  },
})

const creates = (text: string): VerdictAction => ({
  label: (t) => t('do_create', { text }),
  run: () => createBatch(text),
})

async function inBatch(
  text: string,
  number: string,
  batch: BatchItem | undefined,
  unit: UnitDetail | undefined,
  { new_units, askForUnit }: Desk,
): Promise<Verdict> {
  if (unit) {
    const { serial_number: serial } = unit
    const from = unit.batch?.number ?? null
    if (from !== null && fold(from) === fold(number))
      return {
        kind: 'already',
        text: (t) => t('said_already_in', { serial, number: from }),
        unit: serial,
        actions: [shows(serial)],
      }
    return moveUnit(serial, from, number)
  }
  if (batch) return open(batch.number, number)
  if (new_units) return makeUnit(text, new_units, number)
  const makes: VerdictAction = {
    label: (t) => t('do_make_unit', { serial: text }),
    run: () => {
      askForUnit(text, number)
      return undefined
    },
  }
  return {
    kind: 'unknown',
    text: (t) => t('said_unknown_unit', { serial: text }),
    actions: [makes, creates(text)],
  }
}

function elsewhere(text: string, batch: BatchItem | undefined, unit: UnitDetail | undefined): Verdict {
  if (batch) return open(batch.number)
  if (unit) {
    const { serial_number: serial } = unit
    const actions = [shows(serial)]
    if (!unit.batch) return { kind: 'note', text: (t) => t('said_unit_loose', { serial }), actions }
    const { number } = unit.batch
    goTo({ kind: 'batch', number })
    return { kind: 'done', text: (t) => t('said_unit_in', { serial, number }), unit: serial, actions }
  }
  return { kind: 'unknown', text: (t) => t('said_unknown', { text }), actions: [creates(text)] }
}

function atUnit(serial: string, place: Place): Verdict {
  if (place.kind === 'unit' && fold(place.serial) === fold(serial))
    return { kind: 'already', text: (t) => t('said_unit_open_already', { serial }) }
  goTo({ kind: 'unit', serial })
  return { kind: 'done', text: (t) => t('said_unit_open', { serial }) }
}

function open(number: string, current?: string): Verdict {
  if (current !== undefined && fold(current) === fold(number))
    return { kind: 'already', text: (t) => t('said_open_already', { number }) }
  goTo({ kind: 'batch', number })
  return { kind: 'done', text: (t) => t('said_opened', { number }) }
}
