import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ListOrdered, RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, Form, Input, Label, Text, TextField } from 'react-aria-components'

import { type HeadquartersAddress, headquartersEndpoints } from '../model/headquarters.ts'
import { call } from './api.ts'
import { syncQuery, useMayEdit } from './desk.ts'
import { headquartersQuery, needsCode, troubleForIt, troubleSentence } from './headquarters.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { ApiProblem, codeOf, sentenceOf } from './problem.ts'
import { useVerdicts } from './verdict.ts'
import { WaitingWindow } from './waiting-window.tsx'

/** Where headquarters is, how the two stand, and the way in. */
export function HeadquartersSettings() {
  const translation = useTranslation()
  const { t, moment } = translation
  const { data: sync } = useQuery(syncQuery)
  const { data: address } = useQuery(headquartersQuery)
  const may_edit = useMayEdit()
  const [open, setOpen] = useState(false)
  const [waiting, setWaiting] = useState(false)
  const needed = sync !== undefined && (sync.state === 'no_headquarters' || needsCode(sync))
  // Once it is there it stays: the two may find each other again while somebody types.
  useEffect(() => {
    if (needed) setOpen(true)
  }, [needed])
  if (!sync || !address) return null
  const trouble = troubleSentence(sync, translation)
  const for_it = troubleForIt(sync, address.url)
  const alone = sync.state === 'no_headquarters'
  return (
    <section className="card" id="settings-headquarters" aria-labelledby="settings-headquarters-title">
      <h2 id="settings-headquarters-title">{t('settings_headquarters')}</h2>
      {alone ? <p>{t('settings_no_headquarters')}</p> : null}
      {!alone && address.url !== null ? <p>{t('headquarters_at', { url: address.url })}</p> : null}
      {trouble === undefined ? null : <p className="fault">{trouble}</p>}
      {for_it === undefined ? null : <p className="muted">{t('for_it', { words: for_it })}</p>}
      {sync.last_success_at === null ? null : (
        <p>{t('settings_agreed', { when: moment(sync.last_success_at) })}</p>
      )}
      <p>{t('settings_waiting', { count: sync.pending })}</p>
      {sync.state === 'offline' ? <TryNow /> : null}
      {may_edit ? (
        <>
          {sync.pending > 0 ? (
            <Button className="button" onPress={() => setWaiting(true)}>
              <ListOrdered aria-hidden size={24} /> {t('waiting_show')}
            </Button>
          ) : null}
          {open ? (
            <EnrollForm key={address.url} address={address} onDone={() => setOpen(false)} />
          ) : (
            <Button className="button" onPress={() => setOpen(true)}>
              {t('enroll_again')}
            </Button>
          )}
        </>
      ) : (
        <p className="muted">{t('settings_user_only')}</p>
      )}
      {waiting ? <WaitingWindow count={sync.pending} onClose={() => setWaiting(false)} /> : null}
    </section>
  )
}

/** Between two attempts of a station that was long alone are minutes: who has put the plug back need not wait for the next. */
function TryNow() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const attempt = useMutation({
    mutationFn: () => call(headquartersEndpoints.round, {}),
    onSuccess: (sync) => queries.setQueryData(syncQuery.queryKey, sync),
  })
  return (
    <Button className="button" isPending={attempt.isPending} onPress={() => attempt.mutate()}>
      <RefreshCw aria-hidden size={24} /> {t('try_now')}
    </Button>
  )
}

/** On a low screen what comes below the button would come out of sight. */
const intoView = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' })

interface EnrollFormProps {
  readonly address: HeadquartersAddress
  readonly onDone: () => void
}

function EnrollForm({ address, onDone }: EnrollFormProps) {
  const { t } = useTranslation()
  const { show } = useVerdicts()
  const queries = useQueryClient()
  const [url, setUrl] = useState(address.url ?? '')
  const [code, setCode] = useState('')
  const enroll = useMutation({
    mutationFn: () => call(headquartersEndpoints.enroll, { body: { url: url.trim(), code: code.trim() } }),
    onSuccess: async () => {
      show({ kind: 'done', text: (say) => say('enroll_done', { url: url.trim() }) })
      onDone()
      await queries.invalidateQueries()
    },
  })
  const technical = enroll.error instanceof ApiProblem ? enroll.error.particulars.technical : undefined
  return (
    <Form
      className="inline-form"
      // The station says what is wrong with an address: the browser would say nothing that is seen here.
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault()
        enroll.mutate()
      }}
    >
      <TextField type="url" value={url} onChange={setUrl} isReadOnly={address.by_settings} maxLength={500}>
        <Label>{t('enroll_address')}</Label>
        <Input className="input large" placeholder="https://" spellCheck={false} autoComplete="off" />
        {address.by_settings ? <Text slot="description">{t('enroll_by_settings')}</Text> : null}
      </TextField>
      <TextField value={code} onChange={setCode} maxLength={200}>
        <Label>{t('enroll_code')}</Label>
        <Input className="input large" spellCheck={false} autoComplete="off" autoCapitalize="characters" />
        <Text slot="description">{t('enroll_hint')}</Text>
      </TextField>
      <Button
        className="button primary"
        type="submit"
        isDisabled={enroll.isPending || url.trim() === '' || code.trim() === ''}
      >
        {t('enroll_do')}
      </Button>
      {enroll.error ? (
        <div role="alert" ref={intoView}>
          <p className="fault">
            {codeOf(enroll.error) === 'CONFLICT'
              ? t('enroll_failed', { why: sentenceOf(enroll.error, t) })
              : sentenceOf(enroll.error, t)}
          </p>
          {technical === undefined ? null : <p className="muted">{t('for_it', { words: technical })}</p>}
        </div>
      ) : null}
    </Form>
  )
}
