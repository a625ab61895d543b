/** The parser of event streams against the words of the HTML standard, however the bytes are cut. */
import { describe, expect, it } from "vitest"
import { EventParser, MAX_EVENT, type ServerEvent } from "../../../packages/client/src/events/EventParser.ts"
import { MAX_LINE } from "../../../packages/client/src/events/LineSplitter.ts"

const FULL = process.env["FULL"] === "1"
const STREAMS = FULL ? 20_000 : 1_000

const bytesOf = (text: string) => new TextEncoder().encode(text)

interface Read {
  readonly events: ReadonlyArray<ServerEvent>
  readonly lastEventId: string
  readonly retryMillis: number | undefined
}

/** Pushes these pieces. */
const read = (...pieces: ReadonlyArray<string | Uint8Array>): Read => {
  const parser = new EventParser()
  const events = pieces.flatMap((piece) => parser.push(typeof piece === "string" ? bytesOf(piece) : piece))
  return { events, lastEventId: parser.lastEventId, retryMillis: parser.retryMillis }
}
const message = (data: string): ServerEvent => ({ name: "message", data })

/** The standard's algorithm on a whole text, with nothing of the parser's own ways. */
const byTheStandard = (text: string): Read => {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n").slice(0, -1)
  const events: Array<ServerEvent> = []
  let [data, type, idBuffer, lastEventId] = ["", "", "", ""]
  let retryMillis: number | undefined
  for (const line of lines) {
    if (line === "") {
      lastEventId = idBuffer
      if (data !== "") events.push({ name: type === "" ? "message" : type, data: data.replace(/\n$/, "") })
      data = ""
      type = ""
      continue
    }
    const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/su.exec(line) ?? []
    const exact = line.includes(":") ? value : ""
    const name = line.includes(":") ? field : line
    if (name === "event") type = exact
    if (name === "data") data += `${exact}\n`
    if (name === "id" && !exact.includes("\u0000")) idBuffer = exact
    if (name === "retry" && /^[0-9]+$/.test(exact)) retryMillis = Number(exact)
  }
  return { events, lastEventId, retryMillis }
}

/** Numbers that a seed makes, from 0 up to and without `below`. */
const random = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

const PIECES = [
  "data",
  "data:",
  "data: ",
  "event: change",
  "event",
  "id: 1-RESERVED",
  "id",
  "id: a\u0000b",
  "retry: 1500",
  "retry: x",
  ": comment",
  ":",
  "data: {\"a\":1}",
  "data:  two spaces",
  "data: grüße 𝄞 日本",
  "unknown: field",
  "data: a:b",
  " data: x",
  "\uFEFFdata: inner mark"
]
const ENDS = ["\n", "\r\n", "\r", "\n\n", "\r\r", "\r\n\r\n", "\n\r"]

const anyStream = (next: (below: number) => number): string =>
  (next(4) === 0 ? "\uFEFF" : "") +
  Array.from({ length: next(30) }, () => `${PIECES[next(PIECES.length)]}${ENDS[next(ENDS.length)]}`).join("") +
  (next(3) === 0 ? "data: unfinished" : "")

const cut = (bytes: Uint8Array, next: (below: number) => number): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length;) {
    const end = at + next(next(2) === 0 ? 3 : 40)
    pieces.push(bytes.slice(at, end))
    at = Math.min(end, bytes.length)
  }
  return pieces
}

describe("EventParser", () => {
  it("reads any stream as the standard does, wherever the bytes are cut", () => {
    for (let seed = 1; seed <= STREAMS; seed++) {
      const next = random(seed)
      const text = anyStream(next)
      expect(read(...cut(bytesOf(text), next)), `seed ${seed}`).toEqual(byTheStandard(text))
    }
  })

  it("takes CR, LF and CRLF as one end of a line each, also between two pieces", () => {
    const events = [message("a\nb")]
    for (const end of ["\n", "\r", "\r\n"]) {
      expect(read(`data: a${end}data: b${end}${end}`).events).toEqual(events)
    }
    expect(read("data: a\r", "\ndata: b\r", "\n\r", "\n").events).toEqual(events)
    expect(read("data: a\r", "", "\ndata: b\r", "\n\r", "\n").events).toEqual(events)
  })

  it("joins characters whose bytes come apart, and leaves out a byte order mark at the beginning alone", () => {
    const bytes = bytesOf("\uFEFFdata: 𝄞\n\ndata: \uFEFF\n\n")
    expect(read(...Array.from(bytes, (byte) => Uint8Array.of(byte))).events).toEqual([message("𝄞"), message("\uFEFF")])
  })

  it("dispatches no event without data, and one with empty data", () => {
    expect(read("event: change\n\ndata\n\n: still here\n\n").events).toEqual([message("")])
  })

  it("keeps the last id that was complete, and not one of an event that is unfinished", () => {
    expect(read("id: 1\ndata: a\n\nid: 2\ndata: b\n").lastEventId).toBe("1")
    expect(read("id: 1\ndata: a\n\ndata: b\n\n").lastEventId).toBe("1")
    expect(read("id: 1\n\nid\n\n").lastEventId).toBe("")
    expect(new EventParser("7").lastEventId).toBe("7")
  })

  it("reads when to reconnect, where that is a number", () => {
    expect(read("retry: 2500\nretry: 1e3\nretry: -1\nretry:\n").retryMillis).toBe(2_500)
  })

  it("refuses a line and an event that never end", () => {
    const parser = new EventParser()
    parser.push(bytesOf(`data: ${"a".repeat(MAX_LINE - 6)}`))
    expect(() => parser.push(bytesOf("a"))).toThrow(`a line of the stream is longer than ${MAX_LINE} characters`)
    const line = `data: ${"a".repeat(MAX_LINE - 6)}\n`
    expect(() => read(line.repeat(5))).toThrow(`an event of the stream is longer than ${MAX_EVENT} characters`)
  })
})
