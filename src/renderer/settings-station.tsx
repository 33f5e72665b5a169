import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, FieldError, Form, Input, Label, Text, TextField } from 'react-aria-components'

import { STATION_NAME_MAX, stationEndpoints } from '../model/station.ts'
import { call } from './api.ts'
import { identityQuery, useMayEdit } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { sentenceOf } from './problem.ts'

export function StationSettings() {
  const { t } = useTranslation()
  const { data: identity } = useQuery(identityQuery)
  return (
    <section className="card" aria-labelledby="settings-station-title">
      <h2 id="settings-station-title">{t('settings_station')}</h2>
      {identity ? (
        <>
          <StationName key={identity.station.name} id={identity.station.id} current={identity.station.name} />
          <p className="muted">{t('settings_version', { version: identity.version })}</p>
        </>
      ) : null}
    </section>
  )
}

function StationName({ id, current }: { readonly id: string; readonly current: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const may_edit = useMayEdit()
  const [name, setName] = useState(current)
  const rename = useMutation({
    mutationFn: () => call(stationEndpoints.update, { params: { id }, body: { name } }),
    onSuccess: () => queries.invalidateQueries(),
  })
  return (
    <Form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault()
        rename.mutate()
      }}
    >
      <TextField
        value={name}
        onChange={setName}
        maxLength={STATION_NAME_MAX}
        isDisabled={!may_edit}
        isInvalid={rename.error !== null}
        validationBehavior="aria"
      >
        <Label>{t('settings_name')}</Label>
        <Input className="input large" />
        <Text slot="description">{t(may_edit ? 'settings_name_hint' : 'settings_user_only')}</Text>
        <FieldError>{rename.error ? sentenceOf(rename.error, t) : ''}</FieldError>
      </TextField>
      <Button
        className="button"
        type="submit"
        isDisabled={!may_edit || name.trim() === '' || name === current}
      >
        {t('save')}
      </Button>
    </Form>
  )
}
