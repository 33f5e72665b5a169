import { backupCommand } from './backup.ts'
import type { Command } from './command.ts'
import { configCommand } from './config.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { keysCommand } from './keys.ts'
import { restoreCommand } from './restore.ts'
import { statusCommand } from './status.ts'

/** Every command by its name; docs/cli.md describes each. */
export const commands: Readonly<Record<string, Command>> = {
  keys: keysCommand,
  status: statusCommand,
  doctor: doctorCommand,
  import: importCommand,
  export: exportCommand,
  backup: backupCommand,
  restore: restoreCommand,
  demo: demoCommand,
  config: configCommand,
}
