/**
 * One that visits a server over a connection that leads nowhere: sends a request, and the next when it is answered.
 * Node's own parser and writer of HTTP are part of what has to be compiled.
 */
import { Duplex } from "node:stream"

const HEAD_END = "\r\n\r\n"
const LENGTH = /content-length: (\d+)/i

/** Whether the text holds a whole answer. */
const isWhole = (text: string): boolean => {
  const end = text.indexOf(HEAD_END)
  const length = LENGTH.exec(text)
  return end >= 0 && length !== null && text.length >= end + HEAD_END.length + Number(length[1])
}

/** The server's side of the connection. `answered` is called when it has written a whole answer, with its status. */
export class Visitor extends Duplex {
  readonly remoteAddress = "127.0.0.1"
  readonly #answered: (visitor: Visitor, status: number) => void
  /** What a server asks of a socket. */
  readonly setTimeout = (): this => this
  readonly setKeepAlive = (): this => this
  readonly setNoDelay = (): this => this
  #heard = ""

  constructor(answered: (visitor: Visitor, status: number) => void) {
    super({ allowHalfOpen: false })
    this.#answered = answered
  }

  /** Sends a request to the server. */
  send(request: string): void {
    this.#heard = ""
    this.push(request)
  }

  override _read(): void {}
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#hear(chunk)
    done()
  }
  override _writev(chunks: ReadonlyArray<{ readonly chunk: Buffer }>, done: () => void): void {
    for (const { chunk } of chunks) this.#hear(chunk)
    done()
  }
  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  #hear(chunk: Buffer): void {
    this.#heard += chunk.toString("latin1")
    if (isWhole(this.#heard)) this.#answered(this, Number(this.#heard.slice(9, 12)))
  }
}
