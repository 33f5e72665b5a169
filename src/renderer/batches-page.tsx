import { ListFilter, Plus, Search, X } from 'lucide-react'
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { Button, Input, SearchField } from 'react-aria-components'

import { BatchList } from './batch-list.tsx'
import { type BatchFilter, type SortName, everything, isNarrowed, sorts } from './batches.ts'
import { Choice } from './choice.tsx'
import { createBatch } from './deeds.ts'
import { ExportButton } from './export-button.tsx'
import { FilterWindow } from './filter-window.tsx'
import { useTranslation } from './i18n/use-translation.ts'
import { NumberWindow } from './number-window.tsx'
import { sentenceOf } from './problem.ts'
import { useShortcuts } from './shortcuts.ts'
import { Welcome } from './welcome.tsx'

/** Kept while one looks into a batch and comes back. */
let remembered = everything

const words: { readonly [Name in SortName]: `sort_${Name}` } = {
  newest: 'sort_newest',
  oldest: 'sort_oldest',
  number_up: 'sort_number_up',
  number_down: 'sort_number_down',
}

/** The list of batches, with search, filters and order. */
export function BatchesPage() {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<BatchFilter>(remembered)
  const [open, setOpen] = useState<'new' | 'filters' | undefined>()
  const [size, setSize] = useState({ count: 0, exact: false })
  const [error, setError] = useState<unknown>()
  const shown = useDeferredValue(filter)
  const narrowed = isNarrowed(shown)
  useEffect(() => void (remembered = filter), [filter])

  const change = (part: Partial<BatchFilter>) => setFilter((now) => ({ ...now, ...part }))
  const onCount = useCallback((count: number, exact: boolean) => setSize({ count, exact }), [])
  const shortcuts = useMemo(
    () => ({
      '/': () => document.querySelector<HTMLInputElement>('.search input')?.focus(),
      n: () => setOpen('new'),
    }),
    [],
  )
  useShortcuts(shortcuts)
  const active = [filter.part, filter.revision, filter.after || filter.before].filter(
    (set) => set !== '',
  ).length

  return (
    <main className="page batches-page">
      <h1 className="visually-hidden">{t('nav_batches')}</h1>
      <div className="toolbar">
        <SearchField
          className="search"
          aria-label={t('list_search')}
          value={filter.search}
          onChange={(search) => change({ search: search.slice(0, 100) })}
          onKeyDown={(event) => {
            // A second Esc leaves the field, so that letters are shortcuts again.
            if (event.key === 'Escape' && filter.search === '') (event.target as HTMLElement).blur()
          }}
        >
          <Search aria-hidden size={26} />
          <Input
            placeholder={t('list_search')}
            className="input large"
            spellCheck={false}
            autoComplete="off"
          />
          <Button className="button icon" aria-label={t('list_search_clear')}>
            <X aria-hidden size={24} />
          </Button>
        </SearchField>
        <Button className={active > 0 ? 'button active' : 'button'} onPress={() => setOpen('filters')}>
          <ListFilter aria-hidden size={24} />
          {active > 0 ? t('filters_active', { count: active }) : t('filters')}
        </Button>
        <Button className="button primary" onPress={() => setOpen('new')}>
          <Plus aria-hidden size={28} /> {t('list_new')}
        </Button>
      </div>
      <div className="subbar">
        <Choice
          label={t('list_sort')}
          value={filter.sort}
          options={(Object.keys(sorts) as SortName[]).map((name) => [name, t(words[name])] as const)}
          onChange={(sort) => change({ sort })}
        />
        {narrowed ? (
          <Button className="button" onPress={() => setFilter({ ...everything, sort: filter.sort })}>
            <X aria-hidden size={22} /> {t('list_clear')}
          </Button>
        ) : null}
        <p className="count" role="status">
          {size.exact
            ? t('list_total', { count: size.count })
            : size.count > 0
              ? t('list_at_least', { count: Math.max(0, size.count - 100) })
              : ''}
        </p>
        <ExportButton filter={shown} />
      </div>
      {error === undefined ? null : (
        <p className="notice bad" role="alert">
          {sentenceOf(error, t)}
        </p>
      )}
      {size.exact && size.count === 0 && error === undefined ? (
        narrowed ? (
          <p className="notice">{t('list_none')}</p>
        ) : (
          <Welcome />
        )
      ) : null}
      <BatchList filter={shown} onCount={onCount} onError={setError} />
      {open === 'new' ? (
        <NumberWindow
          title={t('new_title')}
          label={t('new_number')}
          hint={t('new_hint')}
          submit={t('new_do')}
          scan_does
          onNumber={createBatch}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
      {open === 'filters' ? (
        <FilterWindow filter={filter} onChange={change} onClose={() => setOpen(undefined)} />
      ) : null}
    </main>
  )
}
