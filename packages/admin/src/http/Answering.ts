/** How the endpoints of the admin API find the services that they work with. */
import type { Callers } from "@flash-sale/domain/ports/Callers"
import { withRetryAfter } from "@flash-sale/gateway/http/RefusalHeaders"
import { Context, Effect } from "effect"
import type { ItemRates } from "../items/ItemRates.ts"
import type { OverviewReads } from "../overview/OverviewReads.ts"
import type { AdminPorts } from "../request/Services.ts"

type Services = AdminPorts | Callers | ItemRates | OverviewReads

/** Answers with the services that there were when the port was opened. */
export const answering = Effect.map(
  Effect.context<Services>(),
  (services) => <A, E extends object, R>(effect: Effect.Effect<A, E, R>) =>
    withRetryAfter(
      Effect.updateContext(effect, (context: Context.Context<Exclude<R, Services>>) =>
        Context.merge(services, context) as Context.Context<R>)
    )
)
