/** What the app asked of the system and nobody can see in a page: dialogs, the tray, refused requests. */
export interface Call {
  readonly api: string
  readonly args: readonly unknown[]
}

export const calls: Call[] = []

export function record(api: string, ...args: unknown[]): void {
  calls.push({ api, args })
}

/** Methods that only leave a record. */
export function recorders<Name extends string>(
  owner: string,
  names: readonly Name[],
): Record<Name, (...args: unknown[]) => void> {
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => record(`${owner}.${name}`, ...args)]),
  ) as Record<Name, (...args: unknown[]) => void>
}
