/** `flash-sale overview`: how the engine does, as one. */
import { Console, Effect, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { Engine, type Overview } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Interruption from "../terminal/Interruption.ts"
import * as Target from "../terminal/Target.ts"
import * as OverviewFormat from "./OverviewFormat.ts"

const print = (overview: Overview, json: boolean, end = "") =>
  Console.log(json ? JSON.stringify(overview) : OverviewFormat.text(overview) + end)

/** Goes on until it is told to stop, which is its good end. */
const watch = (json: boolean) =>
  Effect.flatMap(
    Engine,
    ({ overviews }) => Interruption.isGoodEnd(Stream.runForEach(overviews, (overview) => print(overview, json, "\n")))
  )

const once = (json: boolean) =>
  Effect.gen(function*() {
    const engine = yield* Engine
    const overview = yield* engine.overview
    yield* print(overview, json)
    if (overview.status === "healthy") return
    return yield* CommandFailed.failed(`the engine is unhealthy: ${OverviewFormat.problems(overview)}`)
  })

export const command = Command.make("overview", {
  watch: Flag.Boolean("watch").pipe(
    Flag.withDescription("Go on, each second, until it is interrupted"),
    Flag.withDefault(false)
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON object, as GET /admin/v1/overview has it; with --watch one a line"),
    Flag.withDefault(false)
  ),
  ...Target.anywhere
}, ({ json, watch: isWatched, ...target }) =>
  (isWatched ? watch(json) : once(json)).pipe(
    Effect.provide(EngineAt.layer(target)),
    Effect.mapError(CommandFailed.from)
  )).pipe(
    Command.withDescription(
      "Print how all gateways and processors do: health, orders and refusals a second, how far the fold is behind, " +
        "payments and dead letters. Exits with 1 where the engine is unhealthy"
    ),
    Command.withExamples([
      { command: "flash-sale overview --watch" },
      { command: "flash-sale overview --url http://127.0.0.1:8081", description: "Through the admin API there" }
    ])
  )
