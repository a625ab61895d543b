/** The engine that a command is about: beside its stores, or through its admin API. */
import { Effect, Layer } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Remote from "../terminal/Remote.ts"
import * as Target from "../terminal/Target.ts"
import * as LocalEngine from "./LocalEngine.ts"

/** What only the stores take. */
const MAKES_ENGINE = "--create makes the engine's folder and file, or its topics: not through the admin API"

/**
 * Fails as `Target.layer` does. What speaks HTTP is loaded only where it is needed: a look at the stock beside the
 * engine does not pay for it.
 */
export const layer = (place: Target.Target, mayCreate = false) =>
  Layer.unwrap(Effect.gen(function*() {
    const remote = yield* Remote.find(place)
    if (remote === undefined) return Layer.provideMerge(LocalEngine.layer(place), Target.layer(place, mayCreate))
    if (mayCreate) return yield* CommandFailed.usage(MAKES_ENGINE)
    const { layer } = yield* Effect.promise(() => import("./RemoteEngine.ts"))
    return Layer.provideMerge(layer(remote), Target.quiet)
  }))
