import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import type { Sabotage } from './sabotages.ts'

const root = resolve(import.meta.dirname, '../..')

/** The written-down run that finds a sabotage. */
export const corpusFile = ({ name }: Sabotage) =>
  join(import.meta.dirname, 'corpus', `${name.replaceAll(' ', '-')}.json`)

/** What the simulator says when it is run with these arguments on a copy of the program with one defect in it. */
export async function sabotaged(sabotage: Sabotage, args: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-sabotage-'))
  try {
    for (const part of ['src/model', 'tests/simulation', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const file = join(folder, sabotage.file)
    writeFileSync(file, damaged(readFileSync(file, 'utf8'), sabotage))
    return await simulatorIn(folder, args)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A sabotage that no longer fits the program would prove nothing. */
function damaged(text: string, { name, file, find, replace }: Sabotage): string {
  const parts = text.split(find)
  if (parts.length !== 2) throw new Error(`"${name}" finds its place in ${file} ${parts.length - 1} times`)
  return parts.join(replace)
}

function simulatorIn(folder: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['tests/simulation/run.ts', ...args], { cwd: folder, stdio: 'pipe' })
  let said = ''
  let wrong = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (wrong += bytes.toString()))
  return new Promise((done, fail) => {
    child.once('error', fail)
    // A program that cannot even start would look like a defect that was found.
    child.once('exit', () => (/ seeds, /.test(said) ? done(said) : fail(new Error(`no run: ${wrong}`))))
  })
}
