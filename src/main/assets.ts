import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Where the files lie that the program reads while it runs. The only place that knows: run from its sources, each is where
 * it is kept; built, electron.vite.config.ts has laid them beside the bundle, which is this one file, as is each thread's program.
 */
const here = import.meta.dirname
const built = import.meta.filename.endsWith('.js')
/** `out/main` is as deep as `src/main`. */
const root = join(here, '../..')

export const assets = {
  migrations: built ? join(here, 'assets/migrations') : join(here, 'store/migrations'),
  /** The program of the thread that makes checkpoints. */
  checkpoints: built ? join(here, 'checkpoint-worker.js') : join(here, 'store/checkpoint-worker.ts'),
  /** The program of the thread in which a new station reads headquarters from the beginning. */
  firstReading: built ? join(here, 'first-reading-worker.js') : join(here, 'sync/first-reading-worker.ts'),
  /** The viewer of `/docs`. */
  viewer: built ? join(here, 'assets/viewer') : dirname(viewerPackage()),
  /** The operator's page: there only once it was built. */
  page: join(root, 'out/renderer'),
  preload: join(root, 'out/preload/index.cjs'),
  icons: built ? join(here, 'assets/icons') : join(here, 'desktop/icons'),
} as const

function viewerPackage(): string {
  return createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')
}
