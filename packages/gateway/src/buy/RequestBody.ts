/** The body of a request whose length is in its headers. */
import { ByteSize } from "effect"
import type { IncomingMessage } from "node:http"
import { MAX_BODY } from "../request/BodyLimit.ts"
import type { RequestHeaders } from "../request/RequestHeaders.ts"

const MAX_BYTES = ByteSize.toNumberUnsafe(MAX_BODY)

/** Whether a request with these headers has such a body, within the bound, which is sent and answered at once. */
export const isPlain = (headers: RequestHeaders): boolean => {
  if (headers["expect"] !== undefined || headers["prefer"] !== undefined) return false
  const length = Number(headers["content-length"])
  return length > 0 && length <= MAX_BYTES
}

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
