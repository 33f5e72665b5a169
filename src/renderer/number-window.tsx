import { useState } from 'react'
import { Button, FieldError, Form, Input, Label, Text, TextField } from 'react-aria-components'

import { attempt, faultOf } from './deeds.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { type Verdict, useVerdicts } from './verdict.ts'
import { Window } from './window.tsx'

interface NumberWindowProps {
  readonly title: string
  readonly label: string
  readonly hint?: string
  readonly submit: string
  readonly start?: string
  readonly onClose: () => void
  /** Does it; the window closes when it was done. */
  readonly onNumber: (number: string) => Promise<Verdict>
  /** A scan does it at once; otherwise it only fills the number in. */
  readonly scan_does?: boolean
}

/** Asks for one number: of a new batch, a new number of one, or of a unit. By scanner, finger or keyboard. */
export function NumberWindow(props: NumberWindowProps) {
  const { title, label, hint, submit, start = '', onClose, onNumber, scan_does = false } = props
  const { t } = useTranslation()
  const { touch } = useVerdicts()
  const [number, setNumber] = useState(start)
  const [fault, setFault] = useState('')

  async function work(text: string): Promise<Verdict> {
    const verdict = await attempt(() => onNumber(text), text)
    if (verdict.kind === 'refused') setFault(verdict.text(t))
    else onClose()
    return verdict
  }

  function onSubmit(event: Pick<Event, 'preventDefault'>): void {
    event.preventDefault()
    const wrong = faultOf(number.trim())
    if (wrong) setFault(t(wrong))
    else touch(() => work(number.trim()))
  }

  function onScan(text: string): Verdict | Promise<Verdict> {
    if (faultOf(text)) return { kind: 'refused', text: (say) => say('said_no_number', { text }) }
    setNumber(text)
    setFault('')
    return scan_does ? work(text) : { kind: 'note', text: (say) => say('said_filled', { text }) }
  }

  return (
    <Window title={title} onClose={onClose} onScan={onScan}>
      <Form onSubmit={onSubmit} className="window-body">
        <TextField
          autoFocus
          value={number}
          isInvalid={fault !== ''}
          validationBehavior="aria"
          onChange={(text) => {
            setNumber(text)
            setFault('')
          }}
        >
          <Label>{label}</Label>
          <Input autoComplete="off" autoCapitalize="off" spellCheck={false} className="input large" />
          {hint === undefined ? null : <Text slot="description">{hint}</Text>}
          <FieldError>{fault}</FieldError>
        </TextField>
        <div className="window-buttons">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button className="button primary" type="submit">
            {submit}
          </Button>
        </div>
      </Form>
    </Window>
  )
}
