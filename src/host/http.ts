/**
 * Node's HTTP, not imported: an import hands out every export of the module at once, and one of them loads all of `fetch`,
 * which costs a start as much as a process that does nothing.
 */
export const http = process.getBuiltinModule('node:http')
export const https = process.getBuiltinModule('node:https')
