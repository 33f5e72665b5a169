import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { commands } from '../../src/cli/commands.ts'
import { adminBodies } from '../../src/main/admin.ts'
import { filesOf } from '../../src/main/data-folder.ts'
import { flagOf, variableOf } from '../../src/host/setting.ts'
import { settingNames, settings } from '../../src/main/settings.ts'
import { recordFields } from '../../src/model/record.ts'

const settingFlagNames = settingNames.map(flagOf)
const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const cli = read('cli.md')
const configuration = read('configuration.md')

test.for(settingNames)('the setting %s is documented with its flag, variable, key and summary', (name) => {
  const row = configuration.split('\n').find((line) => line.includes(`\`${variableOf(name)}\``))
  expect(row).toContain(`\`--${flagOf(name)} ${settings[name].takes}\``)
  expect(row).toContain(`\`${name}\``)
})

test.for(Object.entries(commands))('the command %s is documented with its flags', ([name, { flags }]) => {
  const heading = new RegExp(`^## ([a-z]+ and )?${name}( and [a-z]+)?$`, 'm')
  expect(cli).toMatch(heading)
  for (const flag of Object.keys(flags).filter((one) => !settingFlagNames.includes(one)))
    expect(cli).toContain(`--${flag}`)
})

test.for([...recordFields])('the column %s is documented', (field) => expect(cli).toContain(`\`${field}\``))

test.for(Object.keys(adminBodies))('the door %s is documented', (name) =>
  expect(cli).toContain(`\`${name}\``),
)

test.for(Object.values(filesOf('.')))('the file %s is documented', (file) =>
  expect(configuration).toMatch(new RegExp(`^\\| \`${file.replaceAll('.', '\\.')}/?\``, 'm')),
)

test('no flag is documented that does not exist', () => {
  const known = [
    ...settingFlagNames,
    'help',
    ...Object.values(commands).flatMap(({ flags }) => Object.keys(flags)),
  ]
  const named = [...`${cli}\n${configuration}`.matchAll(/--([a-z][a-z-]+)/g)].map(([, flag]) => flag!)
  expect(named.filter((flag) => !known.includes(flag))).toEqual([])
})
