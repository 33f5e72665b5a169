import { print } from './command.ts'

export type Verdict = 'ok' | 'note' | 'bad'

/** What one check found, in words. */
export interface Finding {
  readonly check: string
  readonly verdict: Verdict
  readonly says: string
}

export const ok = (check: string, says: string): Finding => ({ check, verdict: 'ok', says })
export const note = (check: string, says: string): Finding => ({ check, verdict: 'note', says })
export const bad = (check: string, says: string): Finding => ({ check, verdict: 'bad', says })

/** Prints what was found, one line each or as one JSON list. @returns the exit code: 1 if anything is bad */
export function report(findings: readonly Finding[], as_json: boolean): number {
  if (as_json) print(JSON.stringify(findings))
  else
    for (const { check, verdict, says } of findings) print(`${verdict.padEnd(5)} ${check.padEnd(11)} ${says}`)
  return findings.some(({ verdict }) => verdict === 'bad') ? 1 : 0
}
