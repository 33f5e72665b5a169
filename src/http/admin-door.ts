import { timingSafeEqual } from 'node:crypto'

import { isRefusal, type Refusal, refuse } from '../model/error.ts'
import type { App } from './app.ts'
import { ok, refused, type WireAnswer, type WireRequest } from './wire.ts'

export interface AdminDoor<Command extends string> {
  /** Path before the command's name: `/station/admin/`. */
  readonly path: string
  readonly commands: readonly Command[]
  /** Checks the body and does it; the answer is plain JSON. */
  readonly run: (command: Command, body: unknown) => Promise<object | Refusal>
  /** Only who can read `server.json` of the data folder knows it. */
  readonly token: string
  /** What an error of the disk means for who asked; anything else is told as it is, for it goes to the machine's own administrator. */
  readonly refusalOf?: (error: unknown) => Refusal | undefined
}

/** The door for the command line, before the app. */
export function withAdminDoor<Command extends string>(app: App, door: AdminDoor<Command>): App {
  const expected = Buffer.from(`Bearer ${door.token}`)
  return (request, vouched) =>
    request.target.startsWith(door.path) ? enter(door, expected, request) : app(request, vouched)
}

async function enter<Command extends string>(
  { path, commands, run, refusalOf }: AdminDoor<Command>,
  expected: Buffer,
  request: WireRequest,
): Promise<WireAnswer> {
  const presented = Buffer.from(request.header('authorization') ?? '')
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected))
    return refused(refuse('UNAUTHORIZED', 'Unauthorized: this door is for the command line of this machine'))
  const name = request.target.slice(path.length)
  const command = request.method === 'POST' ? commands.find((known) => known === name) : undefined
  if (command === undefined)
    return refused(refuse('NOT_FOUND', `No operation ${request.method} ${request.target}`))
  try {
    const answer = await run(command, JSON.parse(Buffer.from(request.body).toString()))
    return isRefusal(answer) ? refused(answer) : ok(JSON.stringify(answer))
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return refused(refusalOf?.(error) ?? refuse('INTERNAL_SERVER_ERROR', words))
  }
}
