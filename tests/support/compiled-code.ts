import { join } from 'node:path'

/**
 * The environment of a program of this repository that keeps what Node compiles, for the next one: half of what a short program
 * needs the processor for. `npm ci` takes it away. A station keeps its own in its data folder (tests/main/start.test.ts).
 */
export const KEPT_CODE = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/node') }
