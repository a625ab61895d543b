/** The ports of webhooks over the database of the archive. */
import { NoArchive } from "@flash-sale/domain/ports/Archive"
import { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { none, Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { Context, Effect } from "effect"
import type { ArchiveDatabase } from "../sql/Session.ts"
import { askedOf } from "./Asked.ts"
import { queueOf } from "./Queue.ts"

export type WebhookPorts = Webhooks | WebhookQueue

/** Both ports over one database. */
export const portsOf = (database: ArchiveDatabase): Context.Context<WebhookPorts> =>
  Context.make(Webhooks, askedOf(database)).pipe(Context.add(WebhookQueue, queueOf(database)))

const nowhere = Effect.suspend(() => Effect.fail(new NoArchive()))
const fails = () => nowhere

/** Where no archive is configured. */
export const portsNowhere: Context.Context<WebhookPorts> = Context.make(Webhooks, none).pipe(
  Context.add(WebhookQueue, {
    list: fails,
    hold: fails,
    unheld: fails,
    release: fails,
    forget: fails,
    end: nowhere,
    page: fails,
    advance: fails,
    due: fails,
    redate: fails,
    settle: fails,
    gone: fails,
    settleTest: fails,
    replayStep: fails
  })
)
