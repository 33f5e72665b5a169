import { useEffect } from 'react'

import { useTranslation } from './i18n/use-translation.ts'
import { HeadquartersSettings } from './settings-headquarters.tsx'
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
        <HeadquartersSettings />
        <LookSettings />
        <SoundSettings />
        <WindowSettings />
        <ScannerSettingsCard />
        <KeySettings />
      </div>
    </main>
  )
}
