import type { WireAnswer } from './wire.ts'

/** A file as somebody uploaded it: nothing that a browser would run, frame or guess, whatever it is said to be. */
export function download(name: string, size: number, pieces: AsyncIterable<Uint8Array>): WireAnswer {
  const plain = name.replace(/[^\w .()+-]/g, '_')
  const exact = encodeURIComponent(name).replaceAll("'", '%27')
  return {
    status: 200,
    type: 'application/octet-stream',
    body: { size, pieces },
    headers: {
      'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${exact}`,
      'content-security-policy': "default-src 'none'; sandbox",
    },
  }
}
