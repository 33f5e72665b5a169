import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, PackagePlus, Pencil, Trash2, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button } from 'react-aria-components'

import type { BatchDetail } from '../model/batch.ts'
import { batchQuery } from './batches.ts'
import { attempt, deleteBatch, renameBatch, takeUnitOut } from './deeds.ts'
import { useChangeSettings, useMayEdit, useSettings } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { Joined } from './joined.tsx'
import { NumberWindow } from './number-window.tsx'
import { isGone, sentenceOf } from './problem.ts'
import { goTo } from './route.ts'
import { yieldQuery } from './runs.ts'
import { type Desk, actOnScan } from './scan.ts'
import { useShortcuts } from './shortcuts.ts'
import { UnitList } from './unit-list.tsx'
import { useVerdicts } from './verdict.ts'
import { YieldStrip } from './yield-strip.tsx'

interface BatchPageProps {
  readonly number: string
  readonly askForUnit: Desk['askForUnit']
}

/** One batch with its units. Whatever unit is scanned here is put into it. */
export function BatchPage({ number, askForUnit }: BatchPageProps) {
  const { t, moment } = useTranslation()
  const { data: batch, error } = useQuery({ ...batchQuery(number), retry: false })
  const { data: tests } = useQuery(yieldQuery(number))
  const { touch } = useVerdicts()
  const may_edit = useMayEdit()
  const { new_units } = useSettings()
  const change = useChangeSettings()
  const [open, setOpen] = useState<'rename' | 'add' | undefined>()
  const shortcuts = useMemo(() => ({ Escape: () => goTo({ kind: 'batches' }), n: () => setOpen('add') }), [])
  useShortcuts(shortcuts)

  const back = (
    <Button className="button" onPress={() => goTo({ kind: 'batches' })}>
      <ArrowLeft aria-hidden size={26} /> {t('batch_back')}
    </Button>
  )
  if (batch === undefined || isGone(error))
    return (
      <main className="page">
        <div className="toolbar">{back}</div>
        <h1 className="title">{number}</h1>
        <p className={error ? 'notice bad' : 'notice'} role={error ? 'alert' : 'status'}>
          {error ? (isGone(error) ? t('batch_gone', { number }) : sentenceOf(error, t)) : t('loading')}
        </p>
      </main>
    )

  const remove = (target: BatchDetail) => touch(() => attempt(() => deleteBatch(target)), 'batch')
  return (
    <main className="page batch-page">
      <div className="toolbar">
        {back}
        <span className="spring" />
        {may_edit ? (
          <>
            <Button className="button" onPress={() => setOpen('rename')}>
              <Pencil aria-hidden size={22} /> {t('batch_rename')}
            </Button>
            <Button className="button danger" onPress={() => remove(batch)}>
              <Trash2 aria-hidden size={22} /> {t('batch_delete')}
            </Button>
          </>
        ) : null}
        <Button className="button primary" onPress={() => setOpen('add')}>
          <PackagePlus aria-hidden size={28} /> {t('batch_add')}
        </Button>
      </div>
      <div className="batch-title">
        <h1 className="title">{batch.number}</h1>
        <p className="big-count">{t('batch_units', { count: batch.units.length })}</p>
        <p className="muted">
          {t('batch_made', {
            when: moment(batch.created_at),
            who: batch.created_by_user?.name ?? batch.created_by_station?.name ?? t('nobody'),
          })}
        </p>
        {new_units === null ? null : (
          <p className="new-units">
            {t('new_units_are', { part: new_units.part_number, revision: new_units.revision_number })}
            <Button className="button" onPress={() => change.mutate({ new_units: null })}>
              <X aria-hidden size={20} /> {t('new_units_ask')}
            </Button>
          </p>
        )}
      </div>
      <Joined id={batch.id} />
      {tests && tests.tested > 0 ? <YieldStrip number={batch.number} tests={tests} /> : null}
      {batch.units.length === 0 ? (
        <p className="notice">
          {t('batch_empty')} {t('batch_hint')}
        </p>
      ) : (
        <UnitList
          number={batch.number}
          units={batch.units}
          tested={tests !== undefined && tests.tested > 0}
          onOut={(serial) => touch(() => attempt(() => takeUnitOut(serial, batch.number)), 'units')}
        />
      )}
      {open === 'rename' ? (
        <NumberWindow
          title={t('rename_title', { number: batch.number })}
          label={t('rename_number')}
          submit={t('rename_do')}
          start={batch.number}
          onNumber={(name) => renameBatch(batch.number, name)}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
      {open === 'add' ? (
        <NumberWindow
          title={t('add_title', { number: batch.number })}
          label={t('unit_serial')}
          hint={t('add_hint')}
          submit={t('add_do')}
          scan_does
          onNumber={async (serial) => {
            const place = { kind: 'batch', number: batch.number } as const
            // A slip of the finger must not make a unit: what was typed is asked about, what was scanned need not be.
            const verdict = await actOnScan(serial, { place, new_units: null, askForUnit })
            // Who typed it by hand means it: the next question follows at once.
            if (verdict.kind === 'unknown') askForUnit(serial, batch.number)
            return verdict
          }}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </main>
  )
}
