/** The provider of `provider.ts` for a test: started, killed, started again, and asked for its ledger. */
import * as HttpPayments from "@flash-sale/infra/payment/HttpPayments"
import { Context, Duration, Effect, Layer, Redacted, type Scope } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { freePort } from "../../servers/Ports.ts"
import { type Logged, spawnLogged } from "../../servers/Processes.ts"
import { afterDeath } from "../../servers/Watchdog.ts"
import type { Fault, Ledger, Script } from "./Ledger.ts"

const program = fileURLToPath(new URL("./provider.ts", import.meta.url))

export const API_KEY = "sk_test_never-to-be-seen"

export interface Options {
  readonly seed?: number
  /** The share of requests that meet each fault, 0 to 1; the rest meets none. */
  readonly shares?: Partial<Record<Fault, number>>
  /** The share of keys all of whose charges meet each fault, or are declined, 0 to 1. */
  readonly tempers?: Partial<Record<Fault | "declined", number>>
  /** How long the faults `slow` and `late` take. */
  readonly slowMillis?: number
}

export interface Running {
  readonly url: URL
  readonly start: Effect.Effect<void>
  /** Starts with other shares of faults than before. */
  readonly startWith: (shares: Partial<Record<Fault, number>>) => Effect.Effect<void>
  /** kill -9, and waits until it is gone. */
  readonly kill: Effect.Effect<void>
  /** What the next requests for a key meet, one fault each. */
  readonly script: (key: string, ...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  readonly ledger: Effect.Effect<Ledger>
  readonly output: () => string
}

/** Runs, and is gone with its scope. */
export const make = ({ seed = 1, shares = {}, slowMillis = 1_000, tempers = {} }: Options = {}): Effect.Effect<
  Running,
  never,
  Scope.Scope
> =>
  Effect.gen(function*() {
    const port = yield* Effect.promise(freePort)
    const folder = yield* Effect.promise(() => mkdtemp(join(tmpdir(), "flash-sale-provider-")))
    const forget = afterDeath(`rm -rf '${folder}'`)
    const base = `http://127.0.0.1:${port}`
    const env = {
      PORT: String(port),
      LEDGER: join(folder, "ledger"),
      API_KEY,
      SEED: String(seed),
      SHARES: JSON.stringify(shares),
      TEMPERS: JSON.stringify(tempers),
      SLOW_MILLIS: String(slowMillis)
    }
    let running: Logged | undefined

    const startWith = (faults: Partial<Record<Fault, number>>) =>
      Effect.promise(async () => {
        env.SHARES = JSON.stringify(faults)
        running = await spawnLogged(process.execPath, [program], { env })
        await running.waitFor("listening")
      })
    const start = startWith(shares)
    const kill = Effect.promise(async () => {
      running?.kill("SIGKILL")
      await running?.exit
    })
    yield* Effect.addFinalizer(() =>
      Effect.andThen(kill, Effect.promise(() => rm(folder, { recursive: true }).then(forget)))
    )
    yield* start

    return {
      url: new URL(`${base}/v1/`),
      start,
      startWith,
      kill,
      script: (key, ...faults) =>
        Effect.promise(async () => {
          const { status } = await fetch(`${base}/script`, {
            method: "PUT",
            body: JSON.stringify({ key, faults } satisfies Script)
          })
          if (status !== 200) throw new Error(`unknown fault among ${faults.join(", ")}`)
        }),
      ledger: Effect.promise(async (): Promise<Ledger> => JSON.parse(await (await fetch(`${base}/ledger`)).text())),
      output: () => running?.output() ?? ""
    }
  })

/** The one that a suite's tests share. */
export class Provider extends Context.Service<Provider, Running>()("test/infra/payment/Provider") {}

export const layer = (options: Options = {}): Layer.Layer<Provider> => Layer.effect(Provider, make(options))

/** The adapter for it. */
export const payments = (url: URL, timeout = Duration.seconds(2), apiKey = API_KEY) =>
  HttpPayments.layer({ url, apiKey: Redacted.make(apiKey), timeout })
