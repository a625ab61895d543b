/** A process that logs much and then ends in some way: `node LoggingProcess.ts <lines> <end|throw|exit|die|wait>`. */
import { NodeRuntime } from "@effect/platform-node"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import { Effect, Layer } from "effect"

const [lines = "", way = ""] = process.argv.slice(2)
const PADDING = "x".repeat(200)

const end = Effect.gen(function*() {
  yield* Effect.forEach(
    Array.from({ length: Number(lines) }, (_, index) => index),
    (index) => Effect.logInfo(`${index} ${PADDING}`),
    { discard: true }
  )
  yield* Effect.sync(() => process.stderr.write("logged\n"))
  switch (way) {
    case "throw":
      // Outside of every fiber, as a bug in a callback would be.
      setImmediate(() => {
        throw new Error("a bug")
      })
      return yield* Effect.never
    case "exit":
      return yield* Effect.sync(() => process.exit(3))
    case "die":
      return yield* Effect.die(new Error("a defect"))
    case "wait":
      return yield* Effect.never
  }
})

NodeRuntime.runMain(
  Effect.scoped(
    Effect.flatMap(
      Layer.build(Logs.layer({ service: "test", level: "Info" })),
      (context) => Effect.provideContext(end, context)
    )
  ),
  { disableErrorReporting: true }
)
