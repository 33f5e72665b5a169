import { type BatchItem, batchEndpoints } from '../model/batch.ts'
import type { Page } from '../model/page.ts'
import { type QueryValues, call } from './api.ts'
import { type BatchFilter, PAGE_SIZE, filterValues } from './batches.ts'

const COLUMNS = ['number', 'unit_count', 'created_at', 'created_by'] as const

/** One field as RFC 4180 wants it. What a spreadsheet would run as a formula is kept text by a leading apostrophe. */
export function csvField(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const csvLine = (fields: readonly (string | number)[]) => `${fields.map(csvField).join(',')}\r\n`

const lineOf = ({ number, unit_count, created_at, created_by_user, created_by_station }: BatchItem) =>
  csvLine([number, unit_count, created_at, created_by_user?.name ?? created_by_station?.name ?? ''])

/**
 * All batches a filter finds, as a file, page by page: the station is never kept from others, and the file's parts lie with
 * the browser, not in our memory. What is created meanwhile is left out, so that no row slips past or comes twice.
 */
export async function exportBatches(
  filter: BatchFilter,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<{ file: Blob; count: number }> {
  // Spreadsheets take a file without this mark for one in an old encoding.
  const parts: Blob[] = [new Blob(['\uFEFF', csvLine(COLUMNS)])]
  const before = filter.before === '' ? new Date().toISOString() : filter.before
  let count = 0
  for (let cursor: number | null = 0; cursor !== null;) {
    const query: QueryValues = { ...filterValues({ ...filter, before }), limit: PAGE_SIZE, cursor }
    const { data, meta }: Page<BatchItem> = await call(batchEndpoints.list, { query, signal })
    parts.push(new Blob(data.map(lineOf)))
    count += data.length
    cursor = meta.next_cursor
    onProgress(count)
  }
  return { file: new Blob(parts, { type: 'text/csv;charset=utf-8' }), count }
}
