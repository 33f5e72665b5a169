import { useQuery } from '@tanstack/react-query'
import { Inbox } from 'lucide-react'
import { Button } from 'react-aria-components'

import { type ConflictItem, CONFLICTS_LISTED_MAX } from '../model/desk.ts'
import { answerLabel, conflictSentence } from './conflict.ts'
import { attempt, decide } from './deeds.ts'
import { conflictsQuery, syncQuery } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { sentenceOf } from './problem.ts'
import { useVerdicts } from './verdict.ts'

/** What a person must decide: one card each, in words, with its answers. */
export function InboxPage() {
  const { t } = useTranslation()
  const { data: sync } = useQuery(syncQuery)
  const { data, error } = useQuery(conflictsQuery)
  const conflicts = data?.data ?? []
  return (
    <main className="page inbox-page">
      <h1 className="title">{t('inbox_title')}</h1>
      {error ? (
        <p className="notice bad" role="alert">
          {sentenceOf(error, t)}
        </p>
      ) : null}
      {data && conflicts.length === 0 ? (
        <div className="notice empty">
          <Inbox aria-hidden size={48} />
          <p>
            <strong>{t('inbox_none')}</strong>
          </p>
          {sync?.state === 'no_headquarters' ? <p>{t('inbox_no_headquarters')}</p> : null}
        </div>
      ) : null}
      <ul className="cards">
        {conflicts.map((conflict) => (
          <ConflictCard key={conflict.id} conflict={conflict} />
        ))}
      </ul>
      {conflicts.length >= CONFLICTS_LISTED_MAX && sync !== undefined && sync.conflicts > conflicts.length ? (
        <p className="muted">{t('inbox_more', { shown: String(conflicts.length), count: sync.conflicts })}</p>
      ) : null}
    </main>
  )
}

function ConflictCard({ conflict }: { readonly conflict: ConflictItem }) {
  const { id, at, answers } = conflict
  const { t, moment } = useTranslation()
  const { touch } = useVerdicts()
  return (
    <li className="card">
      <p className="muted">{moment(at)}</p>
      <p className="summary">{conflictSentence(conflict, t)}</p>
      <div className="card-buttons">
        {answers.map((answer) => (
          <Button
            key={answer.id}
            className="button"
            onPress={() =>
              touch(() => attempt(() => decide(id, answer.id, answerLabel(conflict, answer, t))), 'inbox')
            }
          >
            {answerLabel(conflict, answer, t)}
          </Button>
        ))}
      </div>
    </li>
  )
}
