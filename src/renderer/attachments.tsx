import { Paperclip } from 'lucide-react'

import type { RunDetail } from '../model/run.ts'
import { useTranslation } from './i18n/use-translation.ts'

type Attachment = Pick<RunDetail['attachments'][number], 'id' | 'name' | 'size'>

/** Files of a unit or a run, by name and size. */
export function Attachments({ attachments }: { readonly attachments: readonly Attachment[] }) {
  const { t, fileSize } = useTranslation()
  if (attachments.length === 0) return null
  return (
    <section className="card attachments">
      <h2>{t('unit_attachments')}</h2>
      <ul>
        {attachments.map(({ id, name, size }) => (
          <li key={id}>
            <Paperclip aria-hidden size={22} />
            <span className="file-name">{name}</span>
            {size === null ? null : <span className="muted">{fileSize(size)}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
