import type { Route } from '../../http/routes.ts'
import { userEndpoints } from '../../model/user.ts'
import { currentUser, listUsers } from '../store/users.ts'
import { type Api, read } from './route.ts'

export const userRoutes = (api: Api): Route[] => [
  read(api, userEndpoints.list, ({ db }, { query, caller }) =>
    query.current ? currentUser(db, caller.actor) : listUsers(db),
  ),
  read(api, userEndpoints.current, ({ db }, { caller }) => currentUser(db, caller.actor)[0]!),
]
