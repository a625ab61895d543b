/** Answers of a server that come in pieces, several on one connection. */
import { assert, describe, it } from "@effect/vitest"
import * as AnswerReader from "../../bench/AnswerReader.ts"

const answer = (status: number, body: string): string =>
  `HTTP/1.1 ${status} Any\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const ANSWERS = [answer(202, "taken"), answer(503, "HTTP/1.1 200 OK\r\n\r\n"), answer(429, ""), answer(202, "{}")]
const STATUSES = [202, 503, 429, 202]

describe("AnswerReader", () => {
  it("reads answers in order, wherever they are cut", () => {
    const text = ANSWERS.join("")
    for (let size = 1; size <= text.length; size++) {
      const read = AnswerReader.make()
      const found = Array.from(
        { length: Math.ceil(text.length / size) },
        (_, n) => text.slice(n * size, (n + 1) * size)
      )
        .flatMap(read)
      assert.deepStrictEqual(found, STATUSES)
    }
  })

  it("keeps one that is not whole", () => {
    const read = AnswerReader.make()
    assert.deepStrictEqual([read(answer(202, "taken").slice(0, -1)), read("n")], [[], [202]])
  })

  it("fails of an answer whose end nobody knows", () => {
    assert.throws(() => AnswerReader.make()("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), /content-length/)
  })
})
