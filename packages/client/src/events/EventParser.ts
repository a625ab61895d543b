/**
 * Reads a stream of server-sent events as the WHATWG's HTML standard says, in section 9.2.6. An event that the stream
 * leaves unfinished is left out.
 */
import { LineSplitter, MAX_LINE, TooLong } from "./LineSplitter.ts"

/** The most data of one event, in UTF-16 units. */
export const MAX_EVENT = 256 * 1024

/** The longest that a stream may bring, in UTF-16 units. */
export interface EventBounds {
  readonly line: number
  readonly event: number
}

const BOUNDS: EventBounds = { line: MAX_LINE, event: MAX_EVENT }

export interface ServerEvent {
  /** The event's name: `message` where the stream gives none. */
  readonly name: string
  readonly data: string
}

export class EventParser {
  /** Leaves the byte order mark to us: Node's removes a second one where the first comes in a piece of its own. */
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  readonly #splitter: LineSplitter
  readonly #maxEvent: number
  #hasBegun = false
  #name = ""
  #data: string | undefined
  #id: string
  #lastEventId: string
  #retryMillis: number | undefined

  /** `lastEventId` is that of the stream before; "" where there was none. */
  constructor(lastEventId = "", { event, line }: EventBounds = BOUNDS) {
    this.#splitter = new LineSplitter(line)
    this.#maxEvent = event
    this.#id = lastEventId
    this.#lastEventId = lastEventId
  }

  /** The id from which on a next stream is to continue; "" where no event had one. */
  get lastEventId(): string {
    return this.#lastEventId
  }

  /** When to reconnect, in milliseconds, where the stream has said so. */
  get retryMillis(): number | undefined {
    return this.#retryMillis
  }

  /** The events that these bytes complete. A byte order mark at the beginning is left out. Throws `TooLong`. */
  push(bytes: Uint8Array): ReadonlyArray<ServerEvent> {
    return this.#splitter.push(this.#decode(bytes)).flatMap((line) => {
      if (line === "") return this.#dispatch()
      this.#read(line)
      return []
    })
  }

  #decode(bytes: Uint8Array): string {
    const text = this.#decoder.decode(bytes, { stream: true })
    if (this.#hasBegun || text === "") return text
    this.#hasBegun = true
    return text.startsWith("\uFEFF") ? text.slice(1) : text
  }

  #dispatch(): ReadonlyArray<ServerEvent> {
    const event = this.#data === undefined ? [] : [{ name: this.#name || "message", data: this.#data }]
    this.#lastEventId = this.#id
    this.#name = ""
    this.#data = undefined
    return event
  }

  #read(line: string): void {
    const colon = line.indexOf(":")
    const field = colon === -1 ? line : line.slice(0, colon)
    // One space after the colon belongs to neither; a line that begins with a colon is a comment.
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1)
    if (field === "data") this.#append(value)
    else if (field === "event") this.#name = value
    else if (field === "id" && !value.includes("\0")) this.#id = value
    else if (field === "retry" && /^\d+$/.test(value)) this.#retryMillis = Number(value)
  }

  #append(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    if (this.#data.length > this.#maxEvent) throw new TooLong("an event of the stream", this.#maxEvent)
  }
}
