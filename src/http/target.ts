/** Path segments still escaped, and the query string without its `?`. */
export interface Target {
  readonly segments: readonly string[]
  readonly query: string
}

/**
 * Takes a request target apart without resolving or decoding anything: `/v2/batches/..` names a batch called `..`.
 * Doubled and trailing slashes count as one and none (contract v2 §1.1, §2.0).
 */
export function splitTarget(target: string): Target {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  return {
    segments: path.split('/').filter((segment) => segment !== ''),
    query: mark === -1 ? '' : target.slice(mark + 1),
  }
}

/** Decodes one segment once; `+` stays a plus. `undefined` for a bad percent escape. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/**
 * Query parameters by name. A name in `arrays` always gives an array; any other gives its text, or an array when it is
 * repeated (which its schema then refuses). `+` and `%20` are spaces; a bad escape stays as it was written.
 */
export function parseQuery(query: string, arrays: ReadonlySet<string>): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>
  if (query === '') return values
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = values[name]
    if (earlier === undefined) values[name] = arrays.has(name) ? [value] : value
    else if (Array.isArray(earlier)) earlier.push(value)
    else values[name] = [earlier, value]
  }
  return values
}
