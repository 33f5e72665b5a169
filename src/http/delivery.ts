import type { Socket } from 'node:net'

/**
 * Whether a client took its answer. Handing bytes to the network proves nothing: they may lie unread when the client gives up.
 *
 * What proves it is what the connection does next. Another request on it: the answer was read, clients do not pipeline.
 * Reset, or closed before the answer was out: lost. Closed in order is not enough: a client that closed while the answer was on its
 * way said goodbye before it came, and its system rejects the answer afterwards. A line end sent then tells: it cannot be
 * written any more if the answer was rejected, and means nothing to a client that has it. Until one of these happens the exchange is open.
 */
export interface Exchange {
  readonly gone: () => boolean
  readonly onEnd: (listener: (taken: boolean) => void) => void
}

interface OpenExchange extends Exchange {
  readonly answered: () => boolean
  readonly end: (taken: boolean) => void
}

/** The last exchange of each connection. */
const exchanges = new WeakMap<Socket, OpenExchange>()

/** Call when a request has arrived. @param answered true once its whole answer was handed to the network */
export function beginExchange(socket: Socket, answered: () => boolean): Exchange {
  const earlier = exchanges.get(socket)
  if (earlier) earlier.end(true)
  else watch(socket)
  const exchange = createExchange(answered)
  exchanges.set(socket, exchange)
  return exchange
}

function watch(socket: Socket): void {
  // Before the server's own listener, which ends our side.
  socket.prependOnceListener('end', () => {
    if (exchanges.get(socket)?.answered()) socket.write('\r\n')
  })
  socket.once('close', (reset) => exchanges.get(socket)?.end(!reset))
}

function createExchange(answered: () => boolean): OpenExchange {
  let taken: boolean | undefined
  const listeners: ((taken: boolean) => void)[] = []
  return {
    answered,
    gone: () => taken === false,
    onEnd: (listener) => (taken === undefined ? void listeners.push(listener) : listener(taken)),
    end(well) {
      if (taken !== undefined) return
      taken = well && answered()
      for (const listener of listeners) listener(taken)
    },
  }
}
