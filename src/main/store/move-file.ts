import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Gives a file another name, also that of a file which is there. The name outlives a power cut: its folder is on the disk too. */
export function moveFile(from: string, to: string): void {
  renameSync(from, to)
  // Windows has no such call: NTFS keeps names in a journal.
  if (process.platform !== 'win32') syncToDisk(dirname(to), 'r')
}

/** What was written to a file, or named in a folder, is on the disk when this returns. */
export function syncToDisk(path: string, flags = 'r+'): void {
  const opened = openSync(path, flags)
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

/** The same, while this thread goes on. */
export async function forceToDisk(path: string): Promise<void> {
  const opened = await open(path, 'r+')
  try {
    await opened.datasync()
  } finally {
    await opened.close()
  }
}
