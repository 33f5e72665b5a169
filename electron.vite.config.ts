import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { build, type Plugin } from 'vite'

/**
 * Files that the station reads while it runs, laid beside the bundle: src/main/assets.ts finds them there.
 * Copied, not imported: the same sources run under plain Node, which imports neither .sql nor .css.
 */
function assets(): Plugin {
  const viewer = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  return {
    name: 'lotkeeper-assets',
    writeBundle({ dir }) {
      const out = join(dir!, 'assets')
      const main = join(import.meta.dirname, 'src/main')
      cpSync(join(main, 'store/migrations'), join(out, 'migrations'), { recursive: true })
      cpSync(join(main, 'desktop/icons'), join(out, 'icons'), { recursive: true })
      for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE'])
        cpSync(join(viewer, file), join(out, 'viewer', file))
    },
  }
}

/** The station's other threads are programs of their own, each in one file beside the bundle: it finds the assets as that does. */
function thread(program: string): Plugin {
  return {
    name: `lotkeeper-thread-${program}`,
    async writeBundle({ dir }) {
      await build({
        configFile: false,
        root: import.meta.dirname,
        logLevel: 'warn',
        // Whole in itself like the bundle: the packed app has no other packages.
        ssr: { noExternal: true },
        build: {
          ssr: program,
          outDir: dir!,
          emptyOutDir: false,
          rolldownOptions: { external: ['better-sqlite3'], output: { entryFileNames: '[name].js' } },
        },
      })
    },
  }
}

export default defineConfig({
  main: {
    plugins: [
      assets(),
      thread('src/main/store/checkpoint-worker.ts'),
      thread('src/main/sync/first-reading-worker.ts'),
    ],
    // One file: src/main/assets.ts must know where it stands. Only what package.json names in `dependencies` stays outside.
    build: { sourcemap: true, rolldownOptions: { output: { codeSplitting: false } } },
  },
  preload: {
    build: {
      // A sandboxed preload is one CommonJS file and may require `electron` and little else.
      externalizeDeps: false,
      rolldownOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    plugins: [react()],
    // One script, from this PC to this PC (docs/decisions/0031-the-page-is-one-file.md).
    build: { minify: true, chunkSizeWarningLimit: 3_000 },
  },
})
