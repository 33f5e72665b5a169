/**
 * Grams: the 1, 2, 3 and 5 character pieces of a folded identifier, each as one integer.
 *
 * The folded alphabet has 41 characters, so a gram is written in base 42 with digits 1..41. No digit is zero: grams of
 * different lengths are different numbers, none is hashed, and the largest fits 27 bits.
 * A term of 1, 2, 3 or 5 characters *is* one gram, so its run is the answer; any other term is the meeting of several.
 * Five is what keeps rare terms rare: a serial number's digits repeat in threes in every sixteenth batch, in fives in one of thousands.
 */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789_.:+-'
const BASE = ALPHABET.length + 1

/** Character code → digit; 0 for everything that is in no folded identifier. */
const digits = new Uint8Array(128)
for (let i = 0; i < ALPHABET.length; i++) digits[ALPHABET.charCodeAt(i)] = i + 1

/** Hands out every gram of a folded text, repeats included. Grams do not reach across a character outside the alphabet. */
export function eachGram(key: string, visit: (gram: number) => void): void {
  let one = 0
  let two = 0
  let three = 0
  let four = 0
  for (let i = 0; i < key.length; i++) {
    const digit = digits[key.charCodeAt(i)] ?? 0
    if (digit === 0) {
      one = two = three = four = 0
      continue
    }
    const five = four === 0 ? 0 : four * BASE + digit
    four = three === 0 ? 0 : three * BASE + digit
    three = two === 0 ? 0 : two * BASE + digit
    two = one === 0 ? 0 : one * BASE + digit
    one = digit
    visit(one)
    if (two !== 0) visit(two)
    if (three !== 0) visit(three)
    if (five !== 0) visit(five)
  }
}

/** What to look for: a text that contains every one of `grams` may contain the term; `exact`: it does. */
export interface TermGrams {
  readonly grams: readonly number[]
  readonly exact: boolean
}

/** @returns undefined if no identifier can contain the term */
export function gramsOfTerm(term: string): TermGrams | undefined {
  for (let i = 0; i < term.length; i++) if (!digits[term.charCodeAt(i)]) return undefined
  const size = term.length >= 5 ? 5 : Math.min(term.length, 3)
  const grams = new Set<number>()
  for (let i = 0; i + size <= term.length; i++) {
    let gram = 0
    for (let j = i; j < i + size; j++) gram = gram * BASE + digits[term.charCodeAt(j)]!
    grams.add(gram)
  }
  return { grams: [...grams], exact: term.length === size }
}
