import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, expect } from 'vitest'

import { temporaryFolder } from './process.ts'

/** A disk of its own needs the right to mount one. */
export const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && triesToMount()

const mounted: string[] = []

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', ['-l', folder])
})

function mount(folder: string, options: string): boolean {
  mkdirSync(folder, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'lotkeeper-test', folder]).status === 0
}

function triesToMount(): boolean {
  const folder = join('/tmp', `lotkeeper-mount-${process.pid}`)
  const mounts = mount(folder, 'size=64k')
  if (mounts) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
  return mounts
}

export function remount(folder: string, options: string): void {
  expect(spawnSync('mount', ['-o', `remount,${options}`, folder]).status).toBe(0)
}

/** A small disk that is gone after the test. @param options of tmpfs, e.g. `size=2m` */
export function disk(options: string): string {
  const folder = join(temporaryFolder(), 'disk')
  expect(mount(folder, options)).toBe(true)
  mounted.unshift(folder)
  return folder
}
