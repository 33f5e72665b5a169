/** The house's own lint rule: `house/walls` shows a breach of scripts/walls.ts where it is written. */
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { breach } from './walls.ts'

type Node = { readonly type: string; readonly value?: unknown; readonly name?: string }
type Importing = { readonly source?: Node | null; readonly argument?: Node | null }
type Call = { readonly callee: Node; readonly arguments: readonly Node[] }
type Context = { readonly filename: string; report(problem: { node: unknown; message: string }): void }

const root = fileURLToPath(new URL('..', import.meta.url))

function createWalls(context: Context) {
  const importer = relative(root, context.filename).split(sep).join('/')
  const check = (node: unknown, source: Node | null | undefined) => {
    if (source === null || source === undefined) return
    const message =
      typeof source.value === 'string'
        ? breach(importer, source.value)
        : 'only a literal can be imported: a computed name hides from the walls'
    if (message !== undefined && importer.startsWith('src/')) context.report({ node, message })
  }
  return {
    ImportDeclaration: (node: Importing) => check(node, node.source),
    ExportNamedDeclaration: (node: Importing) => check(node, node.source),
    ExportAllDeclaration: (node: Importing) => check(node, node.source),
    ImportExpression: (node: Importing) => check(node, node.source),
    TSImportType: (node: Importing) => check(node, node.source ?? node.argument),
    CallExpression: (node: Call) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') check(node, node.arguments[0])
    },
  }
}

export default {
  meta: { name: 'house' },
  rules: { walls: { create: createWalls } },
}
