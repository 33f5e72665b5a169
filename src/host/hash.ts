import { hash } from 'node:crypto'

/** The digest of chains, contents and cursors: the same at both ends. 16 bytes of SHA-256 are beyond any accident. */
export function chainHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32)
}

/** The digest that ends a message on the wire (docs/sync-wire.md). */
export function messageHash(text: string): string {
  return hash('sha256', text, 'hex')
}
