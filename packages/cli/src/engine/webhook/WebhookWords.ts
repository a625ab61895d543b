/** Why nothing is done about a webhook, in the operator's words. */
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import * as CommandFailed from "../../terminal/CommandFailed.ts"

/** Nobody knows it. */
export const unknown = (name: EndpointName): CommandFailed.CommandFailed =>
  CommandFailed.failed(
    `webhook ${name} is not known: flash-sale webhook list shows those that are. A new one is known once a process ` +
      "of webhooks has read it in WEBHOOKS_FILE"
  )

/** Nobody knows these events. */
export const unknownEvents = (why: string): CommandFailed.CommandFailed => CommandFailed.usage(`--id: ${why}`)

/** As much as may be asked for at once is not done. */
export const busy = (name: EndpointName): CommandFailed.CommandFailed =>
  CommandFailed.failed(
    `nothing was done: as many replays or tests of webhook ${name} as may be asked for are not done yet: ` +
      `flash-sale webhook show ${name}`
  )
