import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { Boxes, ChartColumn, Inbox, Keyboard, Settings } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Button, I18nProvider } from 'react-aria-components'

import { Banner } from './banner.tsx'
import { BatchPage } from './batch-page.tsx'
import { BatchesPage } from './batches-page.tsx'
import { identityQuery, syncQuery, useSettings } from './desk.ts'
import { HelpWindow } from './help-window.tsx'
import { chooseLanguage, localeOf } from './i18n/translate.ts'
import { TranslationContext, createTranslation, useTranslation } from './i18n/use-translation.ts'
import { InboxPage } from './inbox-page.tsx'
import { type Connection, followChanges } from './live.ts'
import { codeOf } from './problem.ts'
import { type Place, hashOf, usePlace } from './route.ts'
import { RunPage } from './run-page.tsx'
import { Scanning } from './scanning.tsx'
import { SettingsPage } from './settings-page.tsx'
import { useShortcuts } from './shortcuts.ts'
import { SignInPage } from './sign-in-page.tsx'
import { StatusChip } from './status-chip.tsx'
import { useTheme } from './theme.ts'
import { UnitPage } from './unit-page.tsx'
import { UnitWindow } from './unit-window.tsx'
import { VerdictBar } from './verdict-bar.tsx'
import { WorkPage } from './work-page.tsx'
import { YieldPage } from './yield-page.tsx'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The station says when something changed; until then what was read is true.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      // The browser's idea of being online says nothing about a station on this PC.
      networkMode: 'always',
      retry: (times, error) => codeOf(error) === 'UNREACHABLE' && times < 2,
    },
    mutations: { networkMode: 'always' },
  },
})

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Translated />
    </QueryClientProvider>
  )
}

function Translated() {
  const { language: chosen, theme } = useSettings()
  const language = chosen === 'system' ? chooseLanguage(navigator.languages) : chosen
  const translation = useMemo(() => createTranslation(language), [language])
  useTheme(theme)
  useEffect(() => {
    document.documentElement.lang = localeOf(language)
  }, [language])
  return (
    <TranslationContext value={translation}>
      <I18nProvider locale={localeOf(language)}>
        <Door />
      </I18nProvider>
    </TranslationContext>
  )
}

/** Asks for a key where the station does not know who is there, and for patience where it does not answer. */
function Door() {
  const { t } = useTranslation()
  const [connection, setConnection] = useState<Connection>('up')
  useEffect(() => followChanges(queries, setConnection), [])
  const { data: identity, error } = useQuery(identityQuery)
  if (connection === 'locked' || (error && codeOf(error) === 'UNAUTHORIZED'))
    return (
      <SignInPage
        onSignedIn={() => {
          setConnection('up')
          void queries.resetQueries()
        }}
      />
    )
  if (!identity)
    return (
      <main className="sign-in">
        <h1 className="title">{t('app_name')}</h1>
        <p role="status">{t(error ? 'error_down' : 'loading')}</p>
      </main>
    )
  return <Desk station={identity.station.name} connection={connection} />
}

function Desk({ station, connection }: { readonly station: string; readonly connection: Connection }) {
  const [asked, setAsked] = useState<{ serial: string; batch: string } | undefined>()
  const [help, setHelp] = useState(false)
  const askForUnit = useMemo(() => (serial: string, batch: string) => setAsked({ serial, batch }), [])
  useShortcuts(useMemo(() => ({ '?': () => setHelp(true) }), []))
  const place = usePlace()
  return (
    <Scanning askForUnit={askForUnit}>
      <div className="desk">
        <Rail place={place} onHelp={() => setHelp(true)} />
        <header className="head">
          <p className="station">{station}</p>
          <StatusChip connection={connection} />
        </header>
        <Banner />
        <View place={place} askForUnit={askForUnit} />
        <VerdictBar />
      </div>
      {asked ? (
        <UnitWindow
          key={asked.serial}
          serial={asked.serial}
          batch={asked.batch}
          onClose={() => setAsked(undefined)}
        />
      ) : null}
      {help ? <HelpWindow onClose={() => setHelp(false)} /> : null}
    </Scanning>
  )
}

interface ViewProps {
  readonly place: Place
  readonly askForUnit: (serial: string, batch: string) => void
}

function View({ place, askForUnit }: ViewProps) {
  switch (place.kind) {
    case 'batches':
      return <BatchesPage />
    case 'batch':
      return <BatchPage key={place.number} number={place.number} askForUnit={askForUnit} />
    case 'yield':
      return <YieldPage key={place.number} number={place.number} />
    case 'unit':
      return <UnitPage key={place.serial} serial={place.serial} />
    case 'run':
      return <RunPage key={place.id} id={place.id} />
    case 'work':
      return <WorkPage />
    case 'inbox':
      return <InboxPage />
    case 'settings':
      return <SettingsPage section={place.section} />
  }
}

const views = [
  ['batches', Boxes, 'nav_batches'],
  ['work', ChartColumn, 'nav_work'],
  ['inbox', Inbox, 'nav_inbox'],
  ['settings', Settings, 'nav_settings'],
] as const

function Rail({ place, onHelp }: { readonly place: Place; readonly onHelp: () => void }) {
  const { t } = useTranslation()
  const { data: sync } = useQuery(syncQuery)
  const waiting = sync?.conflicts ?? 0
  const current = ['batch', 'yield', 'unit', 'run'].includes(place.kind) ? 'batches' : place.kind
  return (
    <nav className="rail" aria-label={t('nav_label')}>
      {views.map(([kind, Icon, words]) => (
        <a key={kind} href={hashOf({ kind })} aria-current={kind === current ? 'page' : undefined}>
          <Icon aria-hidden size={30} />
          {t(words)}
          {kind === 'inbox' && waiting > 0 ? (
            <span className="badge">
              {waiting}
              <span className="visually-hidden">{t('inbox_waiting', { count: waiting })}</span>
            </span>
          ) : null}
        </a>
      ))}
      <span className="spring" />
      <Button onPress={onHelp}>
        <Keyboard aria-hidden size={30} />
        {t('nav_help')}
      </Button>
    </nav>
  )
}
