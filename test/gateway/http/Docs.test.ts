/** `GET /docs`, where it is asked for. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { request } from "node:http"
import { gunzipSync } from "node:zlib"
import * as TestGateway from "../TestGateway.ts"

interface Page {
  readonly status: number | undefined
  readonly encoding: string | undefined
  readonly policy: string
  readonly bytes: Buffer
}

/** Undoes no encoding. */
const fetched = (headers: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const { port } = yield* TestGateway.TestGateway
    return yield* Effect.callback<Page>((resume) => {
      request({ port, host: "127.0.0.1", path: "/docs", headers }, (answer) => {
        const chunks: Array<Buffer> = []
        answer.on("data", (chunk: Buffer) => chunks.push(chunk))
        answer.on("end", () =>
          resume(Effect.succeed({
            status: answer.statusCode,
            encoding: answer.headers["content-encoding"],
            policy: String(answer.headers["content-security-policy"]),
            bytes: Buffer.concat(chunks)
          })))
      }).end()
    })
  })

layer(TestGateway.layer({ docs: true }), { excludeTestServices: true })("Docs", (it) => {
  it.effect("the page is compressed for those who take that, and the same for all", () =>
    Effect.gen(function*() {
      const plain = yield* fetched({})
      assert.deepStrictEqual([plain.status, plain.encoding], [200, undefined])
      assert.include(plain.bytes.toString(), "<title>")
      for (const header of ["gzip", "br, gzip;q=0.5", "deflate, GZIP"]) {
        const compressed = yield* fetched({ "accept-encoding": header })
        assert.deepStrictEqual([compressed.status, compressed.encoding], [200, "gzip"])
        assert.isBelow(compressed.bytes.length, plain.bytes.length / 2)
        assert.isTrue(gunzipSync(compressed.bytes).equals(plain.bytes))
      }
      for (const header of ["br", "gzip;q=0", "gzip; q=0.0", "xgzip"]) {
        const uncompressed = yield* fetched({ "accept-encoding": header })
        assert.isUndefined(uncompressed.encoding)
        assert.isTrue(uncompressed.bytes.equals(plain.bytes))
      }
    }))

  it.effect("the page is told to ask nobody else, and the browser sees to it", () =>
    Effect.gen(function*() {
      const { bytes, policy } = yield* fetched({})
      const settings = bytes.toString().slice(-200_000)
      const told = ["withDefaultFonts\":false", "proxyUrl\":\"\"", "telemetry\":false", "hideClientButton\":true"]
      for (const setting of told) assert.include(settings, setting)
      assert.include(policy, "default-src 'none'")
      assert.include(policy, "connect-src 'self'")
      assert.notMatch(policy, /https?:|\*/)
    }))

  it.effect("the page has its method, as every path has", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const answer = yield* gateway.ask("POST", "/docs")
      assert.deepStrictEqual([answer.status, answer.headers.get("allow")], [405, "GET"])
    }))
})
