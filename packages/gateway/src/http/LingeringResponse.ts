/**
 * Answers that are heard although the request's body was not read.
 *
 * A connection that is closed while bytes wait to be read is reset, and the reset overtakes the answer: a client that
 * sends its whole body before it reads never hears why it was refused. So the answer goes out at once, and its end
 * waits until the body has come and was thrown away. Why: docs/decisions/0035-what-a-request-may-be.md.
 *
 * **Details**: bounded by bytes, by a pause, and by the time that the server lets a whole request take. Beyond them the
 * connection is reset after all.
 */
import { type IncomingMessage, ServerResponse } from "node:http"

/** The most of a body that is thrown away, in bytes. */
export const MAX_DISCARDED = 16 * 1024 * 1024
/** How long the rest of a body may pause, in milliseconds. */
export const MAX_PAUSE = 2_000

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0

/** Throws the rest of a body away; then says whether it came to its end, which it need not within the bounds. */
const discard = (request: IncomingMessage, then: (isWhole: boolean) => void): void => {
  let left = MAX_DISCARDED
  const end = (isWhole: boolean) => {
    request.socket.setTimeout(0)
    request.off("data", count).off("end", whole).off("close", cut).off("timeout", cut)
    then(isWhole)
  }
  const whole = () => end(true)
  const cut = () => end(false)
  const count = (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) cut()
  }
  request.on("data", count).once("end", whole).once("close", cut).setTimeout(MAX_PAUSE, cut).resume()
}

export class LingeringResponse extends ServerResponse<IncomingMessage> {
  #isAwaited = false
  #isEnding = false

  /** The client waits for this before it sends its body. */
  override writeContinue(done?: () => void): void {
    this.#isAwaited = true
    super.writeContinue(done)
  }

  override end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    if (this.#isEnding || !this.#isComing()) return super.end(chunk, encoding as BufferEncoding, done as () => void)
    this.#isEnding = true
    const callback = [chunk, encoding, done].find((argument) => typeof argument === "function") as
      | (() => void)
      | undefined
    if (typeof chunk === "string" || chunk instanceof Uint8Array) {
      this.write(chunk, typeof encoding === "string" ? encoding as BufferEncoding : "utf8")
    } else this.flushHeaders()
    discard(this.req, (isWhole) => {
      const { socket } = this
      super.end(callback)
      if (!isWhole) socket?.destroySoon()
    })
    return this
  }

  /** Whether more of the body is on its way. */
  #isComing(): boolean {
    const { req } = this
    return !req.complete && !req.destroyed && hasBody(req) && (req.headers.expect === undefined || this.#isAwaited)
  }
}
