/** What answers at a port of this machine. */
import { assert, describe, it } from "@effect/vitest"
import * as EngineLook from "@flash-sale/infra/http/EngineLook"
import { release } from "@flash-sale/infra/http/Release"
import { Effect } from "effect"
import { createServer, type RequestListener } from "node:http"
import { freePort } from "../../servers/Ports.ts"

/** A server that answers so, until the test's scope closes. */
const serving = (listener: RequestListener) =>
  Effect.gen(function*() {
    const port = yield* Effect.promise(() => freePort())
    yield* Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer(listener)
        server.listen(port, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        })
    )
    return port
  })

const engine = (status: number, health: unknown): RequestListener => ({ url }, answer) => {
  if (url === "/version") return answer.end(JSON.stringify(release))
  answer.statusCode = status
  answer.end(typeof health === "string" ? health : JSON.stringify(health))
}

describe("A look at a port", () => {
  it.live("finds an engine, its release, and what it says is wrong", () =>
    Effect.gen(function*() {
      const problems = ["item shoes: its ledger is damaged"]
      const port = yield* serving(engine(503, { status: "unhealthy", redis: true, problems }))
      const found = { _tag: "Engine", version: release.version, isHealthy: false, problems } as const
      assert.deepStrictEqual(yield* EngineLook.at(port), found)
    }))

  it.live("finds an engine whose health is in words of another release", () =>
    Effect.gen(function*() {
      const port = yield* serving(engine(200, "fine"))
      const found = { _tag: "Engine", version: release.version, isHealthy: true, problems: [] } as const
      assert.deepStrictEqual(yield* EngineLook.at(port), found)
    }))

  it.live("tells nobody from something else, and from what never answers", () =>
    Effect.gen(function*() {
      const free = yield* Effect.promise(() => freePort())
      assert.deepStrictEqual(yield* EngineLook.at(free), { _tag: "Nobody" })
      const other = yield* serving((_, answer) => answer.end("{\"name\":\"a shop\"}"))
      assert.deepStrictEqual(yield* EngineLook.at(other), { _tag: "Stranger" })
      const silent = yield* serving(() => undefined)
      assert.strictEqual((yield* EngineLook.at(silent))._tag, "Silent")
    }))
})
