import { expect, test } from 'vitest'

import { corpusFile, sabotaged } from './mutate.ts'
import { sabotages } from './sabotages.ts'

/** If one is no longer found: remove its corpus file, and `npm run simulate -- --sabotages` looks for a run that does. */
test.each(sabotages)('the simulator finds it when $name', async (sabotage) => {
  const said = await sabotaged(sabotage, ['--deep', '--plan', corpusFile(sabotage)])
  expect(said).toContain('1 seeds')
  expect(said).toContain('1 failed')
})
