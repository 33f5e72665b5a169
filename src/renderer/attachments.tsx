import { FileDown, Paperclip } from 'lucide-react'
import { Button } from 'react-aria-components'

import type { RunDetail } from '../model/run.ts'
import { loadFile } from './api.ts'
import { attempt } from './deeds.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { saveFile } from './save-file.ts'
import { type Verdict, useVerdicts } from './verdict.ts'

type Attachment = Pick<RunDetail['attachments'][number], 'id' | 'name' | 'size' | 'download_url'>

/** Files of a unit or a run, by name and size; each can be saved on this PC. */
export function Attachments({ attachments }: { readonly attachments: readonly Attachment[] }) {
  const { t, fileSize } = useTranslation()
  const { follow } = useVerdicts()
  if (attachments.length === 0) return null
  return (
    <section className="card attachments">
      <h2>{t('unit_attachments')}</h2>
      <ul>
        {attachments.map(({ id, name, size, download_url }) => (
          <li key={id}>
            <Paperclip aria-hidden size={22} />
            <span className="file-name">{name}</span>
            {size === null ? null : <span className="muted">{fileSize(size)}</span>}
            {download_url === null ? (
              <span className="muted">{t('reason_bytes_gone')}</span>
            ) : (
              <Button
                className="button"
                aria-label={t('attachment_save_of', { name })}
                onPress={() => void follow(() => attempt(() => save(download_url, name)))}
              >
                <FileDown aria-hidden size={22} /> {t('save')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** All of it is loaded before anything is saved: what cannot be had is said here, and no half file lies among the downloads. */
async function save(url: string, name: string): Promise<Verdict> {
  saveFile(await loadFile(url), name)
  return { kind: 'done', text: (t) => t('attachment_saved', { name }) }
}
