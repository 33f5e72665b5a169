import { useSyncExternalStore } from 'react'

/** Where in the page somebody is. It stands in the address, so that Back and a reload lead where they should. */
export type Place =
  | { readonly kind: 'batches' }
  | { readonly kind: 'batch'; readonly number: string }
  | { readonly kind: 'yield'; readonly number: string }
  | { readonly kind: 'unit'; readonly serial: string }
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'work' }
  | { readonly kind: 'inbox' }
  | { readonly kind: 'settings'; readonly section?: string }

export function readPlace(hash: string): Place {
  const [view, rest, part] = hash.replace(/^#\/?/, '').split('/')
  switch (view) {
    case 'batches':
      if (!rest) return { kind: 'batches' }
      return { kind: part === 'yield' ? 'yield' : 'batch', number: decodeURIComponent(rest) }
    case 'units':
      return rest ? { kind: 'unit', serial: decodeURIComponent(rest) } : { kind: 'batches' }
    case 'runs':
      return rest ? { kind: 'run', id: decodeURIComponent(rest) } : { kind: 'batches' }
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
    case 'yield':
      return `#/batches/${encodeURIComponent(place.number)}/yield`
    case 'unit':
      return `#/units/${encodeURIComponent(place.serial)}`
    case 'run':
      return `#/runs/${encodeURIComponent(place.id)}`
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

/** How many places of this page lie behind the one that is shown. The number stays with its place, whatever is reloaded. */
let steps = 0

/** Counts the steps from place to place, so that Back never leads out of the page. */
export function countSteps(): void {
  const count = (next: number) => {
    const known = (window.history.state as { steps?: number } | null)?.steps
    steps = known ?? next
    if (known === undefined) window.history.replaceState({ steps }, '')
  }
  count(0)
  window.addEventListener('hashchange', () => count(steps + 1))
}

/** Where one came from; for who came from outside, `otherwise`. */
export function goBack(otherwise: Place): void {
  if (steps > 0) window.history.back()
  else goTo(otherwise)
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return readPlace(hash)
}
