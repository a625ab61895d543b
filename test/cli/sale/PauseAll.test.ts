/** `flash-sale sale pause --all` as it is typed where it cannot do its work. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import * as Sale from "@flash-sale/cli/sale/Sale"
import { Effect, Runtime } from "effect"
import { Command as Cli } from "effect/cli"
import * as CommandLine from "../CommandLine.ts"

const cli = Cli.runWith(Cli.make("flash-sale").pipe(Cli.withSubcommands([Sale.command])), { version: "0.0.0" })
const typed = CommandLine.runner(cli)

/** Nothing listens there. */
const AWAY = { REDIS_ADDR: "127.0.0.1:1", KAFKA_ADDR: "127.0.0.1:1" }

layer(NodeServices.layer, { excludeTestServices: true })("flash-sale sale pause --all", (it) => {
  it.effect("gives up, in words, while Kafka is away", () =>
    Effect.gen(function*() {
      const away = yield* typed("sale pause --all", AWAY)
      expect(Runtime.getErrorExitCode(away.failure)).toBe(3)
      expect(away.complaint).toContain("are Kafka at KAFKA_ADDR and Redis at REDIS_ADDR up?")
    }), 60_000)

  it.effect("begins no item: --create with --all is refused", () =>
    Effect.gen(function*() {
      for (const line of ["sale pause --all --create", "sale resume --all --create"]) {
        const refused = yield* typed(line, AWAY)
        expect(Runtime.getErrorExitCode(refused.failure)).toBe(2)
        expect(refused.complaint).toBe("flash-sale: --create begins an item that is named: not with --all")
      }
    }))
})
