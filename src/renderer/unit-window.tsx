import { useState } from 'react'
import { Button, Form, Text } from 'react-aria-components'

import { FIRST_REVISION } from '../model/part.ts'
import { attempt, faultOf, makeUnit } from './deeds.ts'
import { useChangeSettings, useSettings } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { PartField } from './part-field.tsx'
import { RevisionField } from './revision-field.tsx'
import { TickBox } from './tick-box.tsx'
import { type Verdict, useVerdicts } from './verdict.ts'
import { Window } from './window.tsx'

type Sent = Pick<Event, 'preventDefault'>

interface UnitWindowProps {
  readonly serial: string
  readonly batch: string
  readonly onClose: () => void
}

/** A unit nobody knew was scanned: which part is it? The answer can stand for those that follow. */
export function UnitWindow({ serial, batch, onClose }: UnitWindowProps) {
  const { t } = useTranslation()
  const { touch } = useVerdicts()
  const change = useChangeSettings()
  const { new_units } = useSettings()
  const [part_number, setPart] = useState(new_units?.part_number ?? '')
  const [revision_number, setRevision] = useState(new_units?.revision_number ?? FIRST_REVISION)
  const [remember, setRemember] = useState(true)
  const [fault, setFault] = useState('')

  async function work(): Promise<Verdict> {
    const verdict = await attempt(() => makeUnit(serial, { part_number, revision_number }, batch), serial)
    if (verdict.kind === 'refused') setFault(verdict.text(t))
    else {
      if (remember) change.mutate({ new_units: { part_number, revision_number } })
      onClose()
    }
    return verdict
  }

  function onSubmit(event: Sent): void {
    event.preventDefault()
    const wrong = faultOf(part_number) ?? faultOf(revision_number)
    if (wrong) setFault(t(wrong))
    else touch(work)
  }

  function onScan(text: string): Verdict {
    setPart(text)
    return { kind: 'note', text: (say) => say('said_filled', { text }) }
  }

  return (
    <Window title={t('unit_new_title', { serial })} onClose={onClose} onScan={onScan}>
      <Form onSubmit={onSubmit} className="window-body">
        <p>{t('unit_new_text')}</p>
        <div className="pair">
          <PartField label={t('unit_new_part')} value={part_number} onChange={setPart} autoFocus />
          <RevisionField
            label={t('unit_new_revision')}
            part={part_number}
            value={revision_number}
            onChange={setRevision}
          />
        </div>
        <TickBox selected={remember} onChange={setRemember}>
          {t('unit_new_remember')}
        </TickBox>
        {fault === '' ? null : (
          <Text role="alert" className="fault">
            {fault}
          </Text>
        )}
        <div className="window-buttons">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button className="button primary" type="submit">
            {t('unit_new_do')}
          </Button>
        </div>
      </Form>
    </Window>
  )
}
