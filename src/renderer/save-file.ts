/** `lotkeeper-2026-11-25-14-07.csv`: when it was saved, by this PC's own time. */
export function fileName(what: string, ending: string): string {
  const now = new Date()
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000)
  return `${what}-${local.toISOString().slice(0, 16).replaceAll(/[T:]/g, '-')}.${ending}`
}

/** Hands a file to the browser, which asks where to put it or puts it where downloads lie. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has taken it over by then.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
