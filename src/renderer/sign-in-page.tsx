import { useState } from 'react'
import { Button, FieldError, Form, Input, Label, TextField } from 'react-aria-components'

import { signIn } from './api.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { sentenceOf } from './problem.ts'

/** A browser on this PC shows its key once. The window never comes here: the station knows it. */
export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const { t } = useTranslation()
  const [key, setKey] = useState('')
  const [fault, setFault] = useState('')

  async function submit(): Promise<void> {
    try {
      await signIn(key.trim())
      onSignedIn()
    } catch (error) {
      setFault(sentenceOf(error, t))
    }
  }

  return (
    <main className="sign-in">
      <h1 className="title">{t('app_name')}</h1>
      <p>{t('sign_in_text')}</p>
      <Form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextField
          type="password"
          autoFocus
          value={key}
          isInvalid={fault !== ''}
          validationBehavior="aria"
          onChange={(text) => {
            setKey(text)
            setFault('')
          }}
        >
          <Label>{t('sign_in_key')}</Label>
          <Input className="input large" autoComplete="current-password" />
          <FieldError>{fault}</FieldError>
        </TextField>
        <Button className="button primary" type="submit">
          {t('sign_in_do')}
        </Button>
      </Form>
      <p className="muted">{t('sign_in_where')}</p>
    </main>
  )
}
