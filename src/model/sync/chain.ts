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
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) {
    let text = '['
    for (let i = 0; i < value.length; i++) text += i === 0 ? canonical(value[i]) : `,${canonical(value[i])}`
    return `${text}]`
  }
  if (value instanceof Written) return value.text
  const fields = value as Readonly<Record<string, unknown>>
  const { sorted, heads } = orderOf(Object.keys(value))
  let text = ''
  for (let i = 0; i < sorted.length; i++) {
    const one = fields[sorted[i]!]
    if (one !== undefined) text += (text === '' ? '{' : ',') + heads[i]! + canonical(one)
  }
  return text === '' ? '{}' : `${text}}`
}

/** Whether two values are one as canonical text, told without writing it. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!isPlain(a) || !isPlain(b)) return canonical(a) === canonical(b)
  const keys = Object.keys(a)
  // Of a field without a value the text says nothing.
  if (keys.length !== Object.keys(b).length || keys.some((key) => !Object.hasOwn(b, key)))
    return canonical(a) === canonical(b)
  return keys.every((key) => isSameValue(a[key], b[key]))
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Written)

/** What a value is as canonical text, to stand in a larger one in its place: a text that is needed twice is made once. */
export class Written<Value> {
  readonly text: string

  constructor(value: Value) {
    this.text = canonical(value)
  }
}

/** Of these characters JSON escapes none. Nearly all texts are such, and to ask that is quicker than to have them escaped. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const quoted = (text: string) => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text))

/** Keys as an object has them, in their order, and each as it stands before its value. */
interface Order {
  readonly keys: readonly string[]
  readonly sorted: readonly string[]
  readonly heads: readonly string[]
}

/** Objects of the same keys come by the thousand. What is kept is small, whatever keys come from outside. */
const orders = new Map<string, Order[]>()
const FIRST_MAX = 200
const SAME_FIRST_MAX = 20
const KEYS_MAX = 32

function orderOf(keys: readonly string[]): Order {
  const first = keys[0]
  if (first === undefined || keys.length > KEYS_MAX) return toOrder(keys)
  const known = orders.get(first)
  if (known !== undefined) for (const order of known) if (isSame(order.keys, keys)) return order
  const order = toOrder(keys)
  if (known !== undefined && known.length < SAME_FIRST_MAX) known.push(order)
  else if (known === undefined && orders.size < FIRST_MAX) orders.set(first, [order])
  return order
}

function toOrder(keys: readonly string[]): Order {
  const sorted = keys.toSorted()
  return { keys, sorted, heads: sorted.map((key) => `${quoted(key)}:`) }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** What an operation says, wherever it stands in whatever chain. Tells two operations of one `op_id` apart. */
export function contentHash(
  hash: Hash,
  op: JournaledOperation | Written<JournaledOperation>,
  known_deleted: readonly string[],
): string {
  return hash(canonical([op, known_deleted]))
}

/** The next link: it stands for everything before it too. */
export function link(hash: Hash, prev: string, content: string): string {
  return hash(`${prev}|${content}`)
}
