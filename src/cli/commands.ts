import type { Flags } from '../host/arguments.ts'
import { settingFlags } from '../main/config.ts'
import type { Run, RunAtHeadquarters } from './command.ts'

/** One command: what it is called with, and where it is done. Loaded only when it is asked for: a command starts in no time. */
export interface Command {
  /** Everything after `lotkeeper`, as the usage shows it. */
  readonly usage: string
  readonly summary: string
  /** Flags besides `--data-dir`: true takes a value. */
  readonly flags: Flags
  /** Most words it takes. */
  readonly words: number
  readonly load: () => Promise<{ readonly run: Run }>
}

/** A command for headquarters' folder, which has settings of its own. */
export interface HeadquartersCommand extends Omit<Command, 'load'> {
  readonly loadAtHeadquarters: () => Promise<{ readonly runAtHeadquarters: RunAtHeadquarters }>
}

/** A command for either: which one it is about is seen by the folder (place.ts). */
export type CommandForBoth = Command & HeadquartersCommand

/** Every command by its name; docs/cli.md describes each. */
export const commands: Readonly<Record<string, Command | HeadquartersCommand | CommandForBoth>> = {
  keys: {
    usage:
      'keys create --kind user|station --name NAME | keys list [--json] | keys revoke ID [--database-url URL]',
    summary: 'makes, lists and revokes the keys that scripts use, of a station or of headquarters',
    flags: { kind: true, name: true, json: false, 'database-url': true },
    words: 2,
    load: () => import('./keys.ts'),
    loadAtHeadquarters: () => import('./headquarters-keys.ts'),
  },
  procedures: {
    usage: 'procedures link ID | procedures unlink ID | procedures list [--json]',
    summary: 'says of which procedures the station key may report runs',
    flags: { json: false },
    words: 2,
    load: () => import('./procedures.ts'),
  },
  status: {
    usage: 'status [--json]',
    summary:
      'says whether the station runs and what it holds; exit code 0 while it answers, 3 stopped, 4 no answer',
    flags: { json: false },
    words: 0,
    load: () => import('./status.ts'),
  },
  doctor: {
    usage: 'doctor [--json]',
    summary:
      'looks at everything a station needs, its whole database included; exit code 0 if nothing is bad',
    flags: { json: false },
    words: 0,
    load: () => import('./doctor.ts'),
  },
  selftest: {
    usage: 'selftest [--json]',
    summary:
      'tries a station of its own on this PC, from its start to a copy of its disk; exit code 0 if all of it works',
    flags: { json: false },
    words: 0,
    load: () => import('./selftest.ts'),
  },
  import: {
    usage: 'import FILE.csv|FILE.json [--on-error stop|skip]',
    summary: 'brings batches and units in from a file; what is here already stays as it is',
    flags: { 'on-error': true },
    words: 1,
    load: () => import('./import.ts'),
  },
  export: {
    usage: 'export [FILE] [--format csv|json]',
    summary: 'writes all batches and units to a file, or to stdout',
    flags: { format: true },
    words: 1,
    load: () => import('./export.ts'),
  },
  backup: {
    usage: 'backup [FILE]',
    summary: 'copies the running station to a file and opens the copy to see that it is sound',
    flags: {},
    words: 1,
    load: () => import('./backup.ts'),
  },
  restore: {
    usage: 'restore FILE',
    summary:
      'puts a backup in the place of the database of a stopped station; what it replaces is kept in backups/',
    flags: {},
    words: 1,
    load: () => import('./restore.ts'),
  },
  demo: {
    usage: 'demo --batches N --units-per-batch M [--seed S]',
    summary: 'fills the station with made-up batches and units, the same ones for the same numbers',
    flags: { batches: true, 'units-per-batch': true, seed: true },
    words: 0,
    load: () => import('./demo.ts'),
  },
  enroll: {
    usage: 'enroll --central URL --code CODE',
    summary: 'makes this station known at headquarters, with a one-time code from there',
    flags: { central: true, code: true },
    words: 0,
    load: () => import('./enroll.ts'),
  },
  sync: {
    usage: 'sync',
    summary:
      'makes one round with headquarters now, waits, and prints how far the two agree; exit code 0 when in sync',
    flags: {},
    words: 0,
    load: () => import('./sync.ts'),
  },
  stations: {
    usage:
      'stations add --name NAME | stations list [--json] | stations renew ID | stations revoke ID [--database-url URL]',
    summary: 'at headquarters: makes stations with their one-time codes, lists and revokes them',
    flags: { name: true, json: false, 'database-url': true },
    words: 2,
    loadAtHeadquarters: () => import('./stations.ts'),
  },
  headquarters: {
    usage: 'headquarters backup [FILE] [--database-url URL]',
    summary:
      'at headquarters: copies its database to a file, restores the copy to see that it is whole, and lets stations forget what is in it',
    flags: { 'database-url': true },
    words: 2,
    loadAtHeadquarters: () => import('./headquarters.ts'),
  },
  config: {
    usage: 'config show [--origin] [--json] [any setting as a flag]',
    summary: 'shows the settings as the station would use them, and where each comes from',
    flags: { ...settingFlags, origin: false, json: false },
    words: 1,
    load: () => import('./config.ts'),
  },
}
