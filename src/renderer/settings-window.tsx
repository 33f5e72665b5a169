import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import type { Bridge, ShellAnswer, ShellSettings } from '../model/bridge.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { TickBox } from './tick-box.tsx'

/** There only in the window: what a browser cannot do. */
const bridge = (globalThis as { readonly lotkeeper?: Bridge }).lotkeeper

/** A refusal is an answer of the shell; here it is what went wrong. */
class Refused extends Error {
  readonly technical: string

  constructor({ message, technical }: Extract<ShellAnswer, { kind: 'refused' }>) {
    super(message)
    this.technical = technical
  }
}

function settingsOf(answer: ShellAnswer): ShellSettings {
  if (answer.kind === 'refused') throw new Refused(answer)
  return answer.settings
}

export function WindowSettings() {
  return bridge ? <ShellCard shell={bridge} /> : null
}

function ShellCard({ shell }: { readonly shell: Bridge }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data } = useQuery({
    queryKey: ['shell'],
    queryFn: async () => settingsOf(await shell.getShellSettings()),
  })
  const change = useMutation({
    mutationFn: async (part: Partial<ShellSettings>) => settingsOf(await shell.updateShellSettings(part)),
    onSuccess: (settings) => queries.setQueryData(['shell'], settings),
  })
  if (!data) return null
  return (
    <section className="card" aria-labelledby="settings-window-title">
      <h2 id="settings-window-title">{t('settings_window')}</h2>
      <TickBox
        selected={data.start_with_system}
        onChange={(start_with_system) => change.mutate({ start_with_system })}
      >
        {t('settings_start')}
      </TickBox>
      <TickBox selected={data.kiosk} onChange={(kiosk) => change.mutate({ kiosk })}>
        {t('settings_kiosk')}
      </TickBox>
      {change.error ? (
        <p className="fault" role="alert">
          {t('error_window')}
          {change.error instanceof Refused && change.error.technical !== '' ? (
            <> {t('for_it', { words: change.error.technical })}</>
          ) : null}
        </p>
      ) : null}
    </section>
  )
}
