/**
 * The walls of the house: who may import whom. One direction, read from the bottom up:
 * model <- http, store <- api, sync <- the station's composition root <- cli, desktop; central stands apart.
 *
 * `mayImport` lists folders, files and packages; `node:*` is every Node module, `*` every package that no
 * wall guards. A file belongs to the room with the longest matching path, and may import its own room.
 */
type Room = { readonly path: string; readonly mayImport: readonly string[] }

export const rooms: readonly Room[] = [
  { path: 'src/model', mayImport: ['zod'] },
  // What any program of ours needs of its machine: problems as one line, arguments, log, clock, ids.
  { path: 'src/host', mayImport: ['src/model', 'package.json', 'node:*', '*'] },
  { path: 'src/http', mayImport: ['src/model', 'src/host/http.ts', 'node:*', 'zod'] },

  { path: 'src/main', mayImport: ['src/host', 'src/http', 'src/model', 'node:*', '*', 'package.json'] },
  { path: 'src/main/store', mayImport: ['src/main/assets.ts', 'src/model', 'node:*'] },
  {
    path: 'src/main/store/database.ts',
    mayImport: ['src/main/store', 'src/model', 'node:*', 'better-sqlite3'],
  },
  {
    path: 'src/main/api',
    mayImport: ['src/main/store', 'src/main/assets.ts', 'src/host', 'src/http', 'src/model', 'node:*', '*'],
  },
  // The packaged app is its own command line.
  {
    path: 'src/main/index.ts',
    mayImport: ['src/main', 'src/cli/index.ts', 'src/host', 'src/http', 'src/model', 'node:*', '*'],
  },
  { path: 'src/main/assets.ts', mayImport: ['node:*'] },
  {
    path: 'src/main/sync',
    mayImport: ['src/main/store', 'src/main/assets.ts', 'src/host', 'src/model', 'node:*', 'zod'],
  },
  {
    path: 'src/main/desktop',
    mayImport: ['src/main', 'src/host', 'src/http', 'src/model', 'node:*', '*', 'electron'],
  },

  { path: 'src/preload', mayImport: ['src/model', 'electron', 'zod'] },
  { path: 'src/renderer', mayImport: ['src/model', '*'] },
  { path: 'src/central', mayImport: ['src/host', 'src/http', 'src/model', 'node:*', '*'] },
  {
    path: 'src/cli',
    mayImport: ['src/main', 'src/central', 'src/host', 'src/http', 'src/model', 'node:*', '*'],
  },
]

/** Rooms that an allowed parent folder does not open: they are entered only where they are named. */
const closed: readonly { readonly path: string; readonly openTo: readonly string[] }[] = [
  { path: 'src/main/desktop', openTo: ['src/main/desktop', 'src/main/index.ts'] },
  { path: 'src/main/api', openTo: ['src/main'] },
  { path: 'src/main/sync', openTo: ['src/main'] },
]

const guardedPackages: readonly string[] = ['electron', 'better-sqlite3']

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

function roomOf(file: string): Room | undefined {
  return rooms
    .filter((room) => isUnder(file, room.path))
    .reduce<Room | undefined>(
      (best, room) => (best && best.path.length >= room.path.length ? best : room),
      undefined,
    )
}

/** 'src/main/api/x.ts' + '../store/y.ts' -> 'src/main/store/y.ts'. */
function resolve(importer: string, specifier: string): string {
  const parts = importer.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function mayImportFile(room: Room, importer: string, target: string): boolean {
  const open = closed.every(
    ({ path, openTo }) => !isUnder(target, path) || openTo.some((door) => isUnder(importer, door)),
  )
  return open && [room.path, ...room.mayImport].some((folder) => isUnder(target, folder))
}

function mayImportPackage(room: Room, specifier: string): boolean {
  if (specifier.startsWith('node:')) return room.mayImport.includes('node:*')
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  return room.mayImport.includes(name) || (room.mayImport.includes('*') && !guardedPackages.includes(name))
}

/** What is wrong with this import, or undefined. Paths are relative to the repository, with forward slashes. */
export function breach(importer: string, specifier: string): string | undefined {
  if (!importer.startsWith('src/')) return undefined
  const room = roomOf(importer)
  if (room === undefined) return `${importer} stands in no room of scripts/walls.ts`
  const allowed = specifier.startsWith('.')
    ? mayImportFile(room, importer, resolve(importer, specifier))
    : mayImportPackage(room, specifier)
  return allowed
    ? undefined
    : `${room.path} may not import ${specifier}: it may import ${room.mayImport.join(', ')}`
}
