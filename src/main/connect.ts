import { newId } from '../host/id.ts'
import type { DataFolder } from './data-folder.ts'
import { diskFree, writePrivateFile } from '../host/folder.ts'
import type { OpenStore } from './open-store.ts'
import type { Settings } from './settings.ts'
import { type Headquarters, type HeadquartersParts, openHeadquarters } from './sync/headquarters.ts'

/** The line to headquarters of a held data folder: for the station, and for a command that works on the folder alone, without attachments. */
export function connect(
  { store }: OpenStore,
  folder: DataFolder,
  settings: Settings,
  log: HeadquartersParts['log'],
  files: HeadquartersParts['files'] = null,
): Promise<Headquarters> {
  return openHeadquarters({
    store,
    files,
    file: folder.headquarters,
    writePrivate: writePrivateFile,
    newId,
    chance: Math.random,
    disk_free: () => diskFree(folder.data_dir),
    interval_ms: settings.sync_interval * 1_000,
    url: settings.central,
    code: settings.enroll,
    log,
  })
}
