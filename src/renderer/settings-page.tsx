import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'

import { syncQuery } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { KeySettings } from './settings-keys.tsx'
import { LookSettings } from './settings-look.tsx'
import { ScannerSettingsCard } from './settings-scanner.tsx'
import { SoundSettings } from './settings-sounds.tsx'
import { StationSettings } from './settings-station.tsx'
import { WindowSettings } from './settings-window.tsx'

/** Everything counts at once and is kept by the station: the window and a browser on this PC are set alike. */
export function SettingsPage({ section }: { readonly section: string | undefined }) {
  const { t } = useTranslation()
  useEffect(() => {
    if (section) document.querySelector(`#settings-${section}`)?.scrollIntoView()
  }, [section])
  return (
    <main className="page settings-page">
      <h1 className="title">{t('settings_title')}</h1>
      <div className="settings">
        <StationSettings />
        <Headquarters />
        <LookSettings />
        <SoundSettings />
        <WindowSettings />
        <ScannerSettingsCard />
        <KeySettings />
      </div>
    </main>
  )
}

function Headquarters() {
  const { t, moment } = useTranslation()
  const { data: sync } = useQuery(syncQuery)
  return (
    <section className="card" aria-labelledby="settings-headquarters-title">
      <h2 id="settings-headquarters-title">{t('settings_headquarters')}</h2>
      {sync?.state === 'no_headquarters' ? <p>{t('settings_no_headquarters')}</p> : null}
      {sync?.last_success_at ? <p>{t('settings_agreed', { when: moment(sync.last_success_at) })}</p> : null}
      {sync?.detail ? <p className="fault">{sync.detail}</p> : null}
      {sync ? <p>{t('settings_waiting', { count: sync.pending })}</p> : null}
    </section>
  )
}
