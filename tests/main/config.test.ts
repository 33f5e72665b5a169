import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { readArguments } from '../../src/host/arguments.ts'
import { defaultDataFolder, policyFile } from '../../src/host/places.ts'
import { isProblem, type Problem, problemLine } from '../../src/host/problem.ts'
import { flagOf, variableOf } from '../../src/host/setting.ts'
import { type Config, readConfig, settingFlags, type Surroundings } from '../../src/main/config.ts'
import { settingNames } from '../../src/main/settings.ts'
import { temporaryFolder } from '../support/process.ts'

const linux: Surroundings = {
  argv: [],
  env: {},
  platform: 'linux',
  home: '/home/ada',
  hostname: 'line-1',
  is_root: false,
  under_npm: false,
}

interface Given {
  readonly policy?: unknown
  readonly argv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly file?: unknown
}

/** Reads settings as a start would, from files in a folder of the test's own. */
function read({ policy, argv = [], env = {}, file }: Given): Config | Problem {
  const folder = temporaryFolder()
  const write = (name: string, content: unknown) =>
    content !== undefined &&
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  write('policy.json', policy)
  write('config.json', file)
  const given = readArguments(['--data-dir', folder, ...argv], settingFlags, 'station')
  if (isProblem(given)) return given
  return readConfig({ ...linux, env }, given.flags, join(folder, 'policy.json'))
}

function sound(config: Config | Problem): Config {
  if (isProblem(config)) throw new Error(problemLine(config))
  return config
}

const everywhere: Required<Given> = {
  policy: { port: 1 },
  argv: ['--port', '2'],
  env: { LOTKEEPER_PORT: '3' },
  file: { port: 4 },
}

test.for<[given: Given, port: number, origin: string, overridden: string[]]>([
  [everywhere, 1, 'policy', ['flag', 'environment', 'config.json']],
  [{ ...everywhere, policy: undefined }, 2, 'flag', ['environment', 'config.json']],
  [{ env: everywhere.env, file: everywhere.file }, 3, 'environment', ['config.json']],
  [{ file: everywhere.file }, 4, 'config.json', []],
  [{}, 4780, 'default', []],
])('%o gives port %s from %s', ([given, port, origin, overridden]) => {
  const config = sound(read(given))
  expect(config.settings.port).toBe(port)
  expect(config.origin.port).toBe(origin)
  expect(config.overridden.port ?? []).toEqual(overridden)
})

test('what the policy settles and somebody else wants is said', () => {
  expect(sound(read(everywhere)).warnings).toEqual([
    expect.stringMatching(
      /^--port and LOTKEEPER_PORT and "port" of config.json is not used: .*policy.json settles port$/,
    ),
  ])
})

test('an unknown variable of ours is said, not passed over', () => {
  expect(sound(read({ env: { LOTKEEPER_PROT: '1', OTHER: 'x' } })).warnings).toEqual([
    'the environment variable LOTKEEPER_PROT is not known and not used',
  ])
})

describe('a bad setting is one line that says where it stands and what would be good', () => {
  test.for<[given: Given, line: RegExp]>([
    [{ argv: ['--prot', '1'] }, /^lotkeeper: Unknown option '--prot'\. Usage: /],
    [{ argv: ['--port'] }, /^lotkeeper: Option '--port <value>' argument missing/],
    [{ argv: ['--port', '1', '--port', '2'] }, /--port is given twice\./],
    [{ argv: ['--port', '65536'] }, /--port is "65536"\. Give a whole number from 0 to 65535\.$/],
    [{ argv: ['--port', '1e3'] }, /--port is "1e3"/],
    [{ argv: ['--name', ''] }, /--name is ""\. Give NAME or leave it out\.$/],
    [{ argv: ['--log-level', 'loud'] }, /Give one of trace, debug, info/],
    [{ argv: ['--central', 'ftp://x'] }, /--central is "ftp:\/\/x"\. Give a URL/],
    [{ env: { LOTKEEPER_SYNC_INTERVAL: '0' } }, /LOTKEEPER_SYNC_INTERVAL is "0"/],
    [{ file: '{"port": 1' }, /config.json is not JSON \(.*\)\. Correct or remove it\.$/],
    [{ file: [] }, /config.json holds no settings/],
    [{ file: { prot: 1 } }, /config.json has the unknown key "prot"\. It may have host, port/],
    [{ file: { data_dir: '/x' } }, /unknown key "data_dir"/],
    [{ file: { enroll: 'x' } }, /unknown key "enroll"/],
    [{ file: { port: true } }, /"port" of .*config.json is neither text nor a number/],
    [{ policy: { port: 'x' } }, /"port" of the machine policy is "x"/],
    [{ file: { port: 'x' }, argv: ['--port', '1'] }, /"port" of config.json is "x"/],
  ])('%o', ([given, line]) => {
    const config = read(given)
    if (!isProblem(config)) throw new Error('it was taken')
    expect(problemLine(config)).toMatch(line)
    expect(problemLine(config)).not.toContain('\n')
  })

  test('a policy that cannot be read is not passed over', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'policy.json'))
    expect(readConfig(linux, { 'data-dir': folder }, join(folder, 'policy.json'))).toMatchObject({
      cause: expect.stringContaining('cannot be read (EISDIR)'),
    })
  })
})

test('a file that Windows wrote with a byte order mark is read', () => {
  expect(sound(read({ file: '\uFEFF{"port": 5}' })).settings.port).toBe(5)
})

test.for<[around: Partial<Surroundings>, folder: string]>([
  [{}, '/home/ada/.local/state/lotkeeper'],
  [{ env: { XDG_STATE_HOME: '/state' } }, '/state/lotkeeper'],
  [{ env: { STATE_DIRECTORY: '/var/lib/lotkeeper', XDG_STATE_HOME: '/state' } }, '/var/lib/lotkeeper'],
  [{ is_root: true }, '/var/lib/lotkeeper'],
  [{ platform: 'win32', env: { ProgramData: 'D:\\ProgramData' } }, 'D:\\ProgramData\\Lotkeeper'],
  [{ platform: 'win32' }, 'C:\\ProgramData\\Lotkeeper'],
  [{ platform: 'darwin', home: '/Users/ada' }, '/Users/ada/Library/Application Support/Lotkeeper'],
])('%o keeps its data in %s', ([around, folder]) => {
  expect(defaultDataFolder({ ...linux, ...around }, { title: 'Lotkeeper', unix: 'lotkeeper' })).toBe(folder)
})

test.for<[around: Partial<Surroundings>, file: string]>([
  [{}, '/etc/lotkeeper/policy.json'],
  [{ platform: 'win32', env: { ProgramFiles: 'D:\\Programs' } }, 'D:\\Programs\\Lotkeeper\\policy.json'],
  [{ platform: 'darwin' }, '/Library/Application Support/Lotkeeper/policy.json'],
])('%o has its machine policy in %s', ([around, file]) => {
  expect(policyFile({ ...linux, ...around }, 'policy.json')).toBe(file)
})

test('flag, variable and key of a setting follow from its name', () => {
  expect(settingNames.map((name) => [flagOf(name), variableOf(name)])).toContainEqual([
    'sync-interval',
    'LOTKEEPER_SYNC_INTERVAL',
  ])
})
