import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CloudCheck, CloudOff, MonitorDot, RefreshCw, Unplug } from 'lucide-react'
import type { ComponentType } from 'react'

import type { SyncState } from '../model/desk.ts'
import { syncQuery } from './desk.ts'
import { type Translation, useTranslation } from './i18n/use-translation.ts'
import type { Connection } from './live.ts'

interface Chip {
  readonly tone: 'good' | 'plain' | 'warn' | 'bad'
  readonly Icon: ComponentType<{ readonly 'aria-hidden': true; readonly size: number }>
  readonly text: string
  readonly detail?: string
}

/** One look says how far this PC and headquarters agree; never by colour alone. */
export function StatusChip({ connection }: { readonly connection: Connection }) {
  const translation = useTranslation()
  const { data: sync } = useQuery(syncQuery)
  const { tone, Icon, text, detail } = chipOf(connection, sync, translation)
  return (
    <div className={`chip ${tone}`} role="status" data-testid="chip">
      <Icon aria-hidden size={22} />
      <span>
        {text}
        {detail === undefined ? null : <small>{detail}</small>}
      </span>
    </div>
  )
}

function chipOf(connection: Connection, sync: SyncState | undefined, translation: Translation): Chip {
  const { t } = translation
  if (connection === 'down') return { tone: 'bad', Icon: Unplug, text: t('chip_down') }
  if (sync === undefined) return { tone: 'plain', Icon: RefreshCw, text: t('loading') }
  const chip = stateChip(sync, translation)
  if (sync.conflicts === 0) return chip
  // A question may wait for days: it does not hide that this PC is alone meanwhile.
  const detail = sync.state === 'in_sync' ? {} : { detail: chip.text }
  const tone = chip.tone === 'bad' ? 'bad' : 'warn'
  return { tone, Icon: CircleAlert, text: t('chip_attention', { count: sync.conflicts }), ...detail }
}

function stateChip(sync: SyncState, { t, time, share, age }: Translation): Chip {
  switch (sync.state) {
    case 'no_headquarters':
      return { tone: 'plain', Icon: MonitorDot, text: t('chip_none'), detail: t('chip_none_detail') }
    case 'in_sync':
      return {
        tone: 'good',
        Icon: CloudCheck,
        text: t('chip_in_sync', { time: sync.last_success_at === null ? '' : time(sync.last_success_at) }),
      }
    case 'behind':
      return { tone: 'plain', Icon: RefreshCw, text: t('chip_behind', { share: share(sync.progress ?? 0) }) }
    case 'refused':
      return { tone: 'bad', Icon: CircleAlert, text: t('chip_refused') }
    case 'offline':
      if (sync.pending === 0) return { tone: 'warn', Icon: CloudOff, text: t('chip_offline_clean') }
      return {
        tone: 'warn',
        Icon: CloudOff,
        text: t('chip_offline', {
          count: sync.pending,
          age: age(Date.now() - Date.parse(sync.oldest_pending_at ?? new Date().toISOString())),
        }),
      }
  }
}
