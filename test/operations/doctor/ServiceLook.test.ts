/** What a gateway looks at by itself: with its own settings alone, and nothing that answers. */
import { assert, describe, it } from "@effect/vitest"
import * as Examination from "@flash-sale/operations/doctor/Examination"
import { ConfigProvider, Effect } from "effect"
import { freePort } from "../../servers/Ports.ts"

const examine = (looker: Examination.Looker) =>
  Effect.gen(function*() {
    const [http, nobody] = yield* Effect.promise(() => Promise.all([freePort(), freePort()]))
    const env = {
      HTTP_PORT: String(http),
      REDIS_ADDR: `127.0.0.1:${nobody}`,
      KAFKA_ADDR: `127.0.0.1:${nobody}`,
      // A processor would not start with it; it is no matter of a gateway.
      PAYMENT_TIMEOUT: "soon"
    }
    const provider = ConfigProvider.fromUnknown(env)
    const findings = yield* Effect.provideService(
      Examination.run("distributed", looker),
      ConfigProvider.ConfigProvider,
      provider
    )
    return (id: string) => findings.find((finding) => finding.id === id)
  })

describe("a look of a gateway", () => {
  it.live(
    "says that it does not know what is a processor's, and judges no variable of it",
    () =>
      Effect.gen(function*() {
        const of = yield* examine("service")
        for (const id of ["payments.mode", "processor.port"]) {
          assert.deepInclude(of(id), {
            verdict: "not_looked_at",
            detail: "a gateway does not know the settings of the processors"
          })
        }
        assert.strictEqual(of("settings.variables")?.verdict, "ok")
        assert.strictEqual(of("gateway.port")?.verdict, "ok")
        assert.strictEqual(of("redis.address")?.verdict, "wrong")
        assert.strictEqual(of("kafka.address")?.verdict, "wrong")
      }),
    60_000
  )

  it.live("and a command that is given the same variables does", () =>
    Effect.gen(function*() {
      const of = yield* examine("command")
      assert.strictEqual(of("settings.variables")?.verdict, "wrong")
      assert.match(of("settings.variables")?.detail ?? "", /PAYMENT_TIMEOUT/)
    }), 60_000)
})
