import { useTranslation } from './i18n/use-translation.ts'
import { Window } from './window.tsx'

const keys = [
  ['/', 'help_search'],
  ['N', 'help_new'],
  ['Esc', 'help_back'],
  ['↑ ↓', 'help_move'],
  ['Enter', 'help_open'],
  ['Home End', 'help_ends'],
  ['?', 'help_help'],
] as const

export function HelpWindow({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Window title={t('help_title')} onClose={onClose}>
      <div className="window-body">
        <dl className="help">
          {keys.map(([names, words]) => (
            <div key={names}>
              <dt>
                {names.split(' ').map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </dt>
              <dd>{t(words)}</dd>
            </div>
          ))}
        </dl>
        <p className="muted">{t('help_scanner')}</p>
      </div>
    </Window>
  )
}
