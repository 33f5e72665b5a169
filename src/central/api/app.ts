import { type App, createApp } from '../../http/app.ts'
import type { Route } from '../../http/routes.ts'
import { refused, type WireAnswer, type WireRequest } from '../../http/wire.ts'
import { refuse } from '../../model/error.ts'
import { findKey } from '../store/keys.ts'
import { contractRoutes } from './contract.ts'
import { createDownloads } from './files.ts'
import { openPages } from './open.ts'
import { type Api, databaseRefusal } from './route.ts'

export interface CentralAppParts {
  readonly api: Api
  /** Further operations outside the contract. */
  readonly own?: readonly Route[]
  readonly onDefect: (error: unknown, request: WireRequest) => void
}

/** Everything headquarters answers people and scripts; stations talk to it through api/sync.ts. */
export function createCentralApp({ api, own = [], onDefect }: CentralAppParts): App {
  const contract = contractRoutes(api)
  const pages = openPages(contract)
  const downloads = createDownloads(api)
  const app = createApp({
    contract,
    own,
    open: (request, target) => downloads(request, target) ?? pages(request, target),
    // Keys stand in the database, which answers later than this is asked: who has a good one is vouched for below.
    authenticate: (authorization) => refuse('UNAUTHORIZED', unauthorized(authorization)),
    onDefect,
  })
  return async (request): Promise<WireAnswer> => {
    try {
      const presented = bearerOf(request.header('authorization'))
      const caller = presented === undefined ? undefined : await findKey(api.db, presented)
      return await app(request, caller)
    } catch (error) {
      const refusal = databaseRefusal(error)
      if (refusal === undefined) onDefect(error, request)
      return refused(refusal ?? refuse('INTERNAL_SERVER_ERROR', 'Internal server error'))
    }
  }
}

/** `Authorization: Bearer KEY`, the scheme in any case (contract v2 §1.2). */
export const bearerOf = (authorization: string | undefined) =>
  authorization === undefined ? undefined : /^bearer +(\S+)\s*$/i.exec(authorization)?.[1]

const unauthorized = (authorization: string | undefined) =>
  authorization === undefined
    ? 'Unauthorized: send the header Authorization: Bearer YOUR_API_KEY'
    : 'Unauthorized: this API key is not known here, or it was revoked'
