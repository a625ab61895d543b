/** Every order that is accepted can be asked for under its id, by clients that know paths and escapes differently. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Programs from "../../servers/Programs.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 60_000
const CLIENT_MILLIS = 20_000

const ids = [
  "r-1",
  "a/1 ü",
  "...",
  ".hidden",
  "../x",
  "%2e%2e",
  "a;b",
  "a?b#c",
  "a\\b",
  "events",
  "x/events",
  " a ",
  "+",
  "&=",
  "𝄞",
  ".",
  "..",
  "a\u202eb",
  "a\u200bb",
  "\ufeffa",
  "a\u0085b"
]

/** Characters that a path may hold as they are, and that careful clients escape all the same. */
const SUB_DELIMITERS = "!$&'()*+,;=:@"

const PYTHON = `
import sys, urllib.parse, urllib.request
for id in sys.argv[2:]:
    url = sys.argv[1] + "/orders/" + urllib.parse.quote(id, safe="${SUB_DELIMITERS}")
    print(urllib.request.urlopen(url).status)
`

layer(TestGateway.layer(), { excludeTestServices: true })("Request ids", (it) => {
  it.effect(
    "what is accepted is found by fetch, curl and Python, and what is not says why",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const origin = `http://127.0.0.1:${gateway.port}`
        yield* TestGateway.stock("101", 100)
        const accepted: Array<string> = []
        for (const request_id of ids) {
          const answer = yield* gateway.send(TestGateway.order({ request_id, user_id: `u-${ids.indexOf(request_id)}` }))
          if (answer.status === 400) {
            assert.include(answer.text, "\"field\":\"request_id\"")
            assert.include(answer.text, "bidirectional or zero-width")
            continue
          }
          assert.strictEqual(answer.status, 202, answer.text)
          accepted.push(request_id)
          const location = answer.headers.get("location")!
          const found = yield* gateway.get(location)
          assert.deepStrictEqual([found.status, found.body["request_id"]], [200, request_id])
        }
        assert.deepStrictEqual(accepted, ids.slice(0, ids.indexOf(".")))
        const run = (program: string, args: ReadonlyArray<string>) =>
          Effect.promise(() => Programs.execute(program, args, CLIENT_MILLIS))
        const byPython = yield* run("python3", ["-c", PYTHON, origin, ...accepted])
        assert.deepStrictEqual(byPython.trim().split("\n"), accepted.map(() => "200"))
        for (const id of accepted) {
          const url = `${origin}/orders/${encodeURIComponent(id)}`
          const status = yield* run("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", url])
          assert.deepStrictEqual([id, status], [id, "200"])
        }
      }),
    TEST_TIMEOUT
  )
})
