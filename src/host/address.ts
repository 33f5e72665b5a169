import { codeOf, type Problem, problem } from './problem.ts'

/** Why a server may not listen where it was told to, or undefined if the error is about something else. */
export function addressProblem(error: unknown, host: string, port: number): Problem | undefined {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return problem(
        `port ${port} is taken by another program`,
        'Stop that program, or give another port with --port (0 takes any free one)',
      )
    case 'EACCES':
      return problem(`this user may not listen on port ${port}`, 'Give a port above 1023 with --port')
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return problem(
        `${host} is no address of this machine`,
        'Give localhost or one of its addresses with --host',
      )
    default:
      return undefined
  }
}

/** Where this machine itself reaches a server that listens on all of its addresses. */
export const fromHere = (url: string) =>
  url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
