/**
 * The lock must carry every platform's binaries, not only this machine's.
 *
 * Where a registry lacks one platform's package, npm writes a lock without it and says nothing; from then on
 * every `npm ci` fails. So: each optional dependency that a locked package names must itself be in the lock.
 */
import { readFileSync } from 'node:fs'

export type LockedPackage = {
  readonly version?: string
  readonly integrity?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
export type LockedPackages = Readonly<Record<string, LockedPackage>>

/** The folders Node would look in for a package's dependencies, nearest first; '' is the root of the project. */
function foldersUpwards(path: string): readonly string[] {
  const folders: string[] = []
  for (let folder = path; folder !== '';) {
    folders.push(folder)
    const cut = folder.lastIndexOf('/node_modules/')
    folder = cut === -1 ? '' : folder.slice(0, cut)
  }
  return [...folders, '']
}

function isLocked(packages: LockedPackages, from: string, name: string): boolean {
  return foldersUpwards(from).some(
    (folder) => packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined,
  )
}

/** One line for each hole in the lock. */
export function holesInLock(packages: LockedPackages): readonly string[] {
  return Object.entries(packages).flatMap(([path, locked]) => [
    ...Object.entries(locked.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(packages, path, name))
      .map(([name, range]) => `${path || '(root)'} names ${name}@${range}, which is not in the lock`),
    ...(path === '' || locked.integrity !== undefined ? [] : [`${path} has no integrity`]),
  ])
}

export function readLock(file: URL): LockedPackages {
  return (JSON.parse(readFileSync(file, 'utf8')) as { packages: LockedPackages }).packages
}

if (import.meta.main) {
  const packages = readLock(new URL('../package-lock.json', import.meta.url))
  const holes = holesInLock(packages)
  for (const hole of holes) console.error(hole)
  const seen = Object.keys(packages).length
  console.log(`${seen} locked packages`)
  process.exitCode = holes.length > 0 || seen < 2 ? 1 : 0
}
