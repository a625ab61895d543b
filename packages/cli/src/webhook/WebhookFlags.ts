/** Arguments that several `webhook` commands have, and the engine that they ask. */
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import { Effect } from "effect"
import { Argument } from "effect/cli"
import { Engine } from "../engine/Engine.ts"
import * as EngineAt from "../engine/EngineAt.ts"
import type { WebhookCalls } from "../engine/webhook/WebhookCalls.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import type * as Target from "../terminal/Target.ts"

export const name = Argument.String("name").pipe(
  Argument.withSchema(EndpointName),
  Argument.withDescription("The webhook, as its entry in WEBHOOKS_FILE names it")
)

/** Does this with the webhooks of the engine that is meant. */
export const asking = <A>(
  place: Target.Target,
  work: (webhooks: WebhookCalls) => Effect.Effect<A, CommandFailed.CommandFailed>
) =>
  Effect.flatMap(Engine, ({ webhooks }) => work(webhooks)).pipe(
    Effect.provide(EngineAt.layer(place)),
    Effect.mapError(CommandFailed.from)
  )
