import type { Noun, Row, Value } from '../state.ts'
import { type Draft, resolve } from './draft.ts'

/** Nobody ever put anything there: filling it overwrites nothing. */
export function isEmpty(row: Row, field: string): boolean {
  return valueOf(row, field) === null && row.marks[field] === undefined
}

/** Value of a field, or of one key of a map: `metadata.KEY`. */
export function valueOf(row: Row, field: string): Value {
  const dot = field.indexOf('.')
  if (dot === -1) return row.fields[field] ?? null
  const map = row.fields[field.slice(0, dot)]
  const key = field.slice(dot + 1)
  // Keys come from outside: one may be called `constructor`.
  return typeof map === 'object' && map !== null && Object.hasOwn(map, key) ? map[key]! : null
}

/** Every store keeps the keys of a map in its own order; what is decided must not depend on it. */
export function inOrder<Item>(map: Readonly<Record<string, Item>>): readonly (readonly [string, Item])[] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** A reference's value: an id, or null. */
export function idOf(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** The row with one value changed and marked; null takes a key out of a map. */
export function withField(d: Draft, row: Row, field: string, value: Value, mark = d.mark): Row {
  const marks = { ...row.marks, [field]: mark }
  const dot = field.indexOf('.')
  if (dot === -1) return { ...row, fields: { ...row.fields, [field]: value }, marks }
  const name = field.slice(0, dot)
  const map = row.fields[name]
  const { [field.slice(dot + 1)]: _, ...rest } = typeof map === 'object' && map !== null ? map : {}
  const changed =
    value === null || typeof value === 'object' ? rest : { ...rest, [field.slice(dot + 1)]: value }
  return { ...row, fields: { ...row.fields, [name]: changed }, marks }
}

/** Would `id` come round to itself if its `field` named `target`? */
export function closesCircle(d: Draft, noun: Noun, field: string, id: string, target: string): boolean {
  let at = resolve(d, noun, target)
  while (at !== undefined) {
    if (at.id === id) return true
    const next = idOf(at.fields[field])
    at = next === null ? undefined : resolve(d, noun, next)
  }
  return false
}
