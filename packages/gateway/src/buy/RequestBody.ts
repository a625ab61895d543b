/** The body of a request whose length is in its headers. */
import type { IncomingMessage } from "node:http"

/** Calls back with the whole body; never where the client hangs up before. */
export const withBody = (request: IncomingMessage, use: (body: Uint8Array) => void): void => {
  const length = Number(request.headers["content-length"])
  let chunks: Array<Buffer> = []
  let received = 0
  request.on("data", (chunk: Buffer) => {
    chunks.push(chunk)
    received += chunk.length
    if (received < length) return
    const whole = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    chunks = []
    use(whole)
  })
}
