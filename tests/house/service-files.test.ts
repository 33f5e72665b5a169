import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { readDesktopArguments } from '../../src/main/desktop/command-line.ts'
import { argumentsWithinElectron } from '../../src/main/electron-arguments.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('the systemd unit starts a file that is there, and stops it as the station wants to be stopped', () => {
  const unit = read('packaging/service/lotkeeper.service')
  const [, program, file, ...flags] = /^ExecStart=(\S+) (\S+)(.*)$/m.exec(unit)!
  for (const path of [program!, file!])
    expect(existsSync(path.replace('/opt/lotkeeper', root)), path).toBe(true)
  expect(flags.join('')).toBe('')
  expect(unit).toMatch(/^KillSignal=SIGTERM$/m)
  expect(unit).toMatch(/^StateDirectory=lotkeeper$/m)
})

test('the scheduled task gives flags that the app knows', () => {
  const task = read('packaging/service/lotkeeper-task.xml')
  const flags = /<Arguments>(.*)<\/Arguments>/.exec(task)![1]!.split(' ')
  expect(readDesktopArguments(flags)).toMatchObject({ flags: { 'no-window': '' } })
  expect(unclosed(task)).toEqual([])
})

/** Tags that are opened and not closed in order, or closed without being open. */
function unclosed(xml: string): string[] {
  const open: string[] = []
  const text = xml.replaceAll(/<!--.*?-->|<\?.*?\?>/gs, '')
  for (const [, slash, name, end] of text.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
    if (slash === '/' && open.at(-1) === name) open.pop()
    else if (end !== '/') open.push(`${slash}${name}`)
  }
  return open
}

test('docs/desktop.md names every flag of the app', () => {
  for (const flag of ['--kiosk', '--hidden', '--no-window']) {
    expect(readDesktopArguments([flag])).toMatchObject({ words: [] })
    expect(read('docs/desktop.md')).toContain(`| \`${flag}\` |`)
  }
})

test.each([
  ['packaged', ['lotkeeper', '--port', '1'], false, ['--port', '1']],
  ['from a checkout', ['electron', '.', '--port', '1'], true, ['--port', '1']],
  [
    'driven by a test',
    ['electron', '--inspect=0', '--remote-debugging-port=0', '.', '--kiosk'],
    true,
    ['--kiosk'],
  ],
  [
    'with switches of Chromium',
    ['lotkeeper', '--lang=de', '--ozone-platform=headless', 'keys', 'list'],
    false,
    ['keys', 'list'],
  ],
  [
    'with a flag of ours that begins like one',
    ['lotkeeper', '--log-level', 'warn'],
    false,
    ['--log-level', 'warn'],
  ],
])('arguments %s', (_how, argv, unpackaged, expected) => {
  expect(argumentsWithinElectron(argv, unpackaged)).toEqual(expected)
})
