import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'

import { type DeskKey, deskEndpoints } from '../model/desk.ts'
import { call, signOut } from './api.ts'
import { Choice } from './choice.tsx'
import { useMayEdit } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { sentenceOf } from './problem.ts'
import { Window } from './window.tsx'

/** Keys are made here, shown once, and revoked. */
export function KeySettings() {
  const { t } = useTranslation()
  const may_edit = useMayEdit()
  return (
    <section className="card wide" aria-labelledby="settings-keys-title">
      <h2 id="settings-keys-title">{t('keys_title')}</h2>
      <p>{t('keys_text')}</p>
      {may_edit ? <KeyList /> : <p className="muted">{t('settings_user_only')}</p>}
    </section>
  )
}

function KeyList() {
  const { t, moment } = useTranslation()
  const queries = useQueryClient()
  const { data } = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => call(deskEndpoints.keys, { signal }),
  })
  const [name, setName] = useState('')
  const [kind, setKind] = useState<'user' | 'station'>('user')
  const [revoking, setRevoking] = useState<DeskKey | undefined>()
  const make = useMutation({
    mutationFn: () => call(deskEndpoints.createKey, { body: { kind, name: name.trim() } }),
    onSuccess: () => {
      setName('')
      return queries.invalidateQueries({ queryKey: ['keys'] })
    },
  })
  const revoke = useMutation({
    mutationFn: (id: string) => call(deskEndpoints.revokeKey, { params: { id } }),
    onSettled: () => {
      setRevoking(undefined)
      return queries.invalidateQueries({ queryKey: ['keys'] })
    },
  })
  const fault = make.error ?? revoke.error
  const browser = !(data?.data ?? []).every(({ current }) => !current)
  return (
    <>
      <ul className="keys">
        {(data?.data ?? []).map((key) => (
          <li key={key.id} className={key.revoked_at === null ? 'key' : 'key revoked'}>
            <KeyRound aria-hidden size={22} />
            <span>
              <strong>{key.owner ?? key.name}</strong>{' '}
              <small className="muted">
                {t(key.kind === 'user' ? 'keys_user' : 'keys_station')} ·{' '}
                {key.revoked_at === null
                  ? t('keys_made_on', { when: moment(key.created_at) })
                  : t('keys_revoked', { when: moment(key.revoked_at) })}
                {key.current ? ` · ${t('keys_current')}` : ''}
              </small>
            </span>
            {key.revoked_at === null ? (
              <Button
                className="button"
                aria-label={t('keys_revoke_of', { name: key.owner ?? key.name })}
                onPress={() => setRevoking(key)}
              >
                {t('keys_revoke')}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {fault ? (
        <p className="fault" role="alert">
          {sentenceOf(fault, t)}
        </p>
      ) : null}
      <Form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') make.mutate()
        }}
      >
        <TextField value={name} onChange={setName} maxLength={60}>
          <Label>{t('keys_name')}</Label>
          <Input className="input large" autoComplete="off" />
        </TextField>
        <Choice
          label={t('keys_kind')}
          value={kind}
          options={[
            ['user', t('keys_user')],
            ['station', t('keys_station')],
          ]}
          onChange={setKind}
        />
        <Button className="button" type="submit" isDisabled={name.trim() === ''}>
          {t('keys_make')}
        </Button>
      </Form>
      {browser ? (
        <Button className="button" onPress={() => void signOut().then(() => window.location.reload())}>
          {t('sign_out')}
        </Button>
      ) : null}
      {make.data ? <MadeKey made={make.data} onClose={() => make.reset()} /> : null}
      {revoking ? (
        <Window
          title={t('keys_revoke_title', { name: revoking.owner ?? revoking.name })}
          onClose={() => setRevoking(undefined)}
        >
          <div className="window-body">
            <p>{t('keys_revoke_text')}</p>
            <div className="window-buttons">
              <Button className="button" onPress={() => setRevoking(undefined)}>
                {t('cancel')}
              </Button>
              <Button className="button danger" onPress={() => revoke.mutate(revoking.id)}>
                {t('keys_revoke')}
              </Button>
            </div>
          </div>
        </Window>
      ) : null}
    </>
  )
}

interface MadeKeyProps {
  readonly made: { readonly name: string; readonly key: string }
  readonly onClose: () => void
}

/** The only time the key is seen: nothing but its own button closes this window, and no scan either. */
function MadeKey({ made, onClose }: MadeKeyProps) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  return (
    <Window title={t('keys_made_title', { name: made.name })} onClose={onClose} keep>
      <div className="window-body">
        <p>{t('keys_made_text')}</p>
        <output className="made-key" aria-label={t('sign_in_key')}>
          {made.key}
        </output>
        <div className="window-buttons">
          <Button
            className="button"
            onPress={() => void navigator.clipboard.writeText(made.key).then(() => setCopied(true))}
          >
            {t(copied ? 'keys_copied' : 'keys_copy')}
          </Button>
          <Button className="button primary" onPress={onClose}>
            {t('close')}
          </Button>
        </div>
      </div>
    </Window>
  )
}
