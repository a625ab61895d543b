/**
 * A client of a server in the same process, over a connection without a network. Node's own parser and writer of HTTP
 * are part of what has to be compiled, so it sends and receives bytes.
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

/** The socket that the server is given. `onAnswer` is called when a whole answer is written to it, with its status. */
export class InMemoryClient extends Duplex {
  readonly remoteAddress = "127.0.0.1"
  readonly #onAnswer: (client: InMemoryClient, status: number) => void
  /** What a server asks of a socket. */
  readonly setTimeout = (): this => this
  readonly setKeepAlive = (): this => this
  readonly setNoDelay = (): this => this
  #received = ""

  constructor(onAnswer: (client: InMemoryClient, status: number) => void) {
    super({ allowHalfOpen: false })
    this.#onAnswer = onAnswer
  }

  /** Sends a request to the server. The one before is answered. */
  send(request: string): void {
    this.#received = ""
    this.push(request)
  }

  /** As a socket does: closes when what was written has gone. */
  destroySoon(): void {
    this.end(() => this.destroy())
  }

  override _read(): void {}
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#receive(chunk)
    done()
  }
  override _writev(chunks: ReadonlyArray<{ readonly chunk: Buffer }>, done: () => void): void {
    for (const { chunk } of chunks) this.#receive(chunk)
    done()
  }
  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.toString("latin1")
    if (isWhole(this.#received)) this.#onAnswer(this, Number(this.#received.slice(9, 12)))
  }
}
