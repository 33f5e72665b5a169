/**
 * A stand-in for Electron's unpacked distribution, where the real one cannot be had: enough of it for electron-builder to copy
 * the app, write the archive and flip the fuses. Nothing of it runs.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'

const require = createRequire(import.meta.url)

/** Marks where the fuses lie (@electron/fuses), then: version 1, nine of them, each as Electron ships it. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
])

export function writeStandIn(folder: string, platform: 'linux' | 'win32'): void {
  const { version } = require('electron/package.json') as { version: string }
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'))
  const program = join(folder, platform === 'win32' ? 'electron.exe' : 'electron')
  const script = Buffer.concat([Buffer.from('#!/bin/sh\nexit 1\n'), FUSES, Buffer.alloc(64)])
  writeFileSync(program, platform === 'win32' ? withVersion(emptyProgram()) : script)
  chmodSync(program, 0o755)
  for (const [name, text] of Object.entries({ version, LICENSE: 'x', 'LICENSES.chromium.html': 'x' }))
    writeFileSync(join(folder, name), text)
  writeFileSync(join(folder, 'locales/en-US.pak'), '')
  if (platform === 'linux') writeFileSync(join(folder, 'chrome-sandbox'), '')
}

/** The smallest 64-bit Windows program that the packager can edit: it writes the name, version and icon into it. */
function emptyProgram(): Buffer {
  const [headers, section] = [0x400, 0x200]
  const file = Buffer.alloc(headers + section)
  file.write('MZ', 0)
  file.writeUInt32LE(0x80, 0x3c)
  file.write('PE\0\0', 0x80)
  const coff = 0x84
  file.writeUInt16LE(0x8664, coff) // x64
  file.writeUInt16LE(1, coff + 2) // one section
  file.writeUInt16LE(240, coff + 16) // size of the optional header
  file.writeUInt16LE(0x22, coff + 18) // executable, large addresses
  const optional = coff + 20
  file.writeUInt16LE(0x20b, optional) // PE32+
  file.writeUInt32LE(section, optional + 4) // size of code
  file.writeUInt32LE(0x1000, optional + 16) // entry
  file.writeUInt32LE(0x1000, optional + 20) // base of code
  file.writeBigUInt64LE(0x1_4000_0000n, optional + 24)
  file.writeUInt32LE(0x1000, optional + 32) // alignment in memory
  file.writeUInt32LE(0x200, optional + 36) // alignment in the file
  file.writeUInt16LE(6, optional + 40)
  file.writeUInt16LE(6, optional + 48)
  file.writeUInt32LE(0x2000, optional + 56) // size of the image
  file.writeUInt32LE(headers, optional + 60)
  file.writeUInt16LE(2, optional + 68) // a program with windows
  file.writeUInt32LE(16, optional + 108) // data directories, all empty
  const text = optional + 240
  file.write('.text', text)
  file.writeUInt32LE(section, text + 8)
  file.writeUInt32LE(0x1000, text + 12)
  file.writeUInt32LE(section, text + 16)
  file.writeUInt32LE(headers, text + 20)
  file.writeUInt32LE(0x6000_0020, text + 36) // code, may be run and read
  file.writeUInt8(0xc3, headers) // ret
  FUSES.copy(file, headers + 16)
  return file
}

/** The packager wants a version in the language that it then writes its own in. */
function withVersion(program: Buffer): Buffer {
  const executable = NtExecutable.from(program)
  const resources = NtExecutableResource.from(executable)
  const version = Resource.VersionInfo.createEmpty()
  version.lang = 1033
  version.setStringValues({ lang: 1033, codepage: 1200 }, { ProductName: 'Electron' })
  version.outputToResourceEntries(resources.entries)
  resources.outputResource(executable)
  return Buffer.from(executable.generate())
}
