import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'

/** One line of the table: a ratio (or a size) beside what it should be. */
export interface Result {
  readonly what: string
  readonly value: number
  /** `<=` for what must stay small, `>=` for what must be reached; undefined where there is no target. */
  readonly target?: { readonly is: '<=' | '>='; readonly value: number } | undefined
  /** What was measured, in words: absolute numbers belong to this machine. */
  readonly detail: string
}

export const atMost = (value: number) => ({ is: '<=', value }) as const
export const atLeast = (value: number) => ({ is: '>=', value }) as const

export const isMet = ({ value, target }: Result): boolean | undefined =>
  target && (target.is === '<=' ? value <= target.value : value >= target.value)

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!

export function print(result: Result): void {
  const { what, value, target, detail } = result
  const met = isMet(result)
  const verdict = met === undefined ? '' : met ? 'met' : 'MISSED'
  const wanted = target ? `${target.is} ${target.value}` : ''
  console.log(
    `${what.padEnd(56)} ${number(value).padStart(8)}  ${wanted.padEnd(8)} ${verdict.padEnd(7)} ${detail}`,
  )
}

const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2))

interface Section {
  readonly measured_at: string
  /** How many processes wanted a core at the end: above the number of cores, others were measured too. */
  readonly load_average: number
  readonly results: readonly (Result & { readonly met: boolean | null })[]
}

const FILE = join(import.meta.dirname, 'results.json')
const DOCUMENT = join(import.meta.dirname, '../docs/performance.md')
const [BEGIN, END] = ['<!-- tables: written by npm run bench -->', '<!-- end of tables -->']

interface Machine {
  readonly cpu: string | undefined
  readonly cores: number
  readonly memory_gb: number
  readonly system: string
  readonly node: string
}

/** The tables of docs/performance.md are those of results.json, so neither is ever of another run than the other. */
function writeTables(machine: Machine, sections: Readonly<Record<string, Section>>): void {
  const text = readFileSync(DOCUMENT, 'utf8')
  const { cpu, cores, memory_gb, system, node } = machine
  const tables = Object.entries(sections).map(
    ([name, { measured_at, load_average, results }]) =>
      `**${name}** (${measured_at.slice(0, 16).replace('T', ' ')}, load average ${load_average.toFixed(1)} on ${cores} cores)\n\n` +
      `| what | value | target | | measured |\n| --- | --- | --- | --- | --- |\n${results.map(lineOf).join('\n')}\n`,
  )
  const all = [`Machine: ${cpu}, ${cores} cores, ${memory_gb} GB, ${system}, Node ${node}.\n`, ...tables]
  const from = text.indexOf(BEGIN) + BEGIN.length
  writeFileSync(DOCUMENT, `${text.slice(0, from)}\n\n${all.join('\n')}\n${text.slice(text.indexOf(END))}`)
}

function lineOf({ what, value, target, met, detail }: Section['results'][number]): string {
  const wanted = target ? `${target.is === '<=' ? '≤' : '≥'} ${target.value}` : ''
  return `| ${what} | ${number(value)} | ${wanted} | ${met === null ? '' : met ? 'met' : '**missed**'} | ${detail} |`
}

/** Each section is one run and stands for itself; what was measured earlier of the others stays. */
export function save(section: string, results: readonly Result[]): void {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
  }
  const earlier = existsSync(FILE)
    ? (JSON.parse(readFileSync(FILE, 'utf8')) as { sections?: Record<string, Section> }).sections
    : undefined
  const measured: Section = {
    measured_at: new Date().toISOString(),
    load_average: loadavg()[0]!,
    results: results.map((result) => ({ ...result, met: isMet(result) ?? null })),
  }
  const sections = { ...earlier, [section]: measured }
  writeFileSync(FILE, `${JSON.stringify({ machine, sections }, undefined, 2)}\n`)
  writeTables(machine, sections)
}
