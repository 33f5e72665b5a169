import type { JournaledOperation } from '../operation.ts'
import type { Parent } from './protocol.ts'

/** A digest of a text, given from outside: this floor knows no cryptography. Different texts must not have the same one. */
export type Hash = (text: string) => string

/** Where every chain begins that has no past. */
export const GENESIS = ''

/**
 * Where the chain of an incarnation begins: what it says of its past is part of every link. Machines that were given the same chance may
 * give two incarnations one id; their links are the same only as long as everything before them is.
 */
export function rootOf(hash: Hash, parent: Parent | null): string {
  return parent === null ? GENESIS : hash(canonical(parent))
}

/**
 * A value as text that is the same wherever the value is: keys in order, nothing between.
 * Databases and parsers keep the keys of an object in their own order, so `JSON.stringify` alone would not do.
 */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null) return 'null'
  if (typeof value !== 'object') return JSON.stringify(value)
  let text = ''
  if (Array.isArray(value)) {
    for (const one of value) text += text === '' ? canonical(one) : `,${canonical(one)}`
    return `[${text}]`
  }
  const fields = value as Readonly<Record<string, unknown>>
  for (const key of inOrder(Object.keys(value))) {
    const one = fields[key]
    if (one !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${canonical(one)}`
  }
  return `{${text}}`
}

/** Of these characters JSON escapes none. Nearly all texts are such, and to ask that is quicker than to have them escaped. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const quoted = (text: string) => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text))

/** Up to here, to move a few keys to their places takes half of what `sort` takes to begin. */
const FEW = 32

function inOrder(keys: string[]): string[] {
  if (keys.length > FEW) return keys.sort()
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!
    let to = i
    for (; to > 0 && keys[to - 1]! > key; to--) keys[to] = keys[to - 1]!
    keys[to] = key
  }
  return keys
}

/** What an operation says, wherever it stands in whatever chain. Tells two operations of one `op_id` apart. */
export function contentHash(hash: Hash, op: JournaledOperation, known_deleted: readonly string[]): string {
  return hash(canonical([op, known_deleted]))
}

/** The next link: it stands for everything before it too. */
export function link(hash: Hash, prev: string, content: string): string {
  return hash(`${prev}|${content}`)
}
