/** The rows that a batch of commands can read or change, so that only these are loaded. */
import type { CommandId } from "@flash-sale/domain/records/Command"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as NamedRequests from "@flash-sale/domain/records/NamedRequests"
import type { Batch } from "@flash-sale/domain/rules/Fold"

export interface TouchedRows {
  readonly requests: ReadonlySet<RequestId>
  readonly users: ReadonlySet<UserId>
  readonly commands: ReadonlySet<CommandId>
}

/** The rows that the commands name. Buyers of stored orders come on top: only the orders' rows name them. */
export const byBatch = (batch: Pick<Batch, "commands">): TouchedRows => {
  const requests = new Set<RequestId>()
  const users = new Set<UserId>()
  const commands = new Set<CommandId>()
  for (const { command } of batch.commands) {
    for (const requestId of NamedRequests.of(command)) requests.add(requestId)
    if (command._tag === "Place" || command._tag === "Hold") users.add(command.order.userId)
    if (command._tag === "Adjust" && "command" in command.adjustment) commands.add(command.adjustment.command)
  }
  return { requests, users, commands }
}
