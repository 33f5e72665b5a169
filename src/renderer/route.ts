import { useSyncExternalStore } from 'react'

/** Where in the page somebody is. It stands in the address, so that Back and a reload lead where they should. */
export type Place =
  | { readonly kind: 'batches' }
  | { readonly kind: 'batch'; readonly number: string }
  | { readonly kind: 'work' }
  | { readonly kind: 'inbox' }
  | { readonly kind: 'settings'; readonly section?: string }

export function readPlace(hash: string): Place {
  const [view, rest] = hash.replace(/^#\/?/, '').split('/')
  switch (view) {
    case 'batches':
      return rest ? { kind: 'batch', number: decodeURIComponent(rest) } : { kind: 'batches' }
    case 'work':
    case 'inbox':
      return { kind: view }
    case 'settings':
      return rest ? { kind: 'settings', section: rest } : { kind: 'settings' }
    default:
      return { kind: 'batches' }
  }
}

export function hashOf(place: Place): string {
  switch (place.kind) {
    case 'batch':
      return `#/batches/${encodeURIComponent(place.number)}`
    case 'settings':
      return place.section ? `#/settings/${place.section}` : '#/settings'
    case 'batches':
    case 'work':
    case 'inbox':
      return `#/${place.kind}`
  }
}

export function goTo(place: Place): void {
  window.location.hash = hashOf(place)
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return readPlace(hash)
}
