/** `flash-sale dlq show`: one letter, and the status of its order. */
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as Letters from "@flash-sale/operations/letters/Letters"
import { Console, Effect, Option } from "effect"
import { Command } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Target from "../terminal/Target.ts"
import { id } from "./DlqFlags.ts"
import * as LetterFormat from "./LetterFormat.ts"
import * as LetterWords from "./LetterWords.ts"

export const command = Command.make("show", { id, ...Target.flags }, ({ id, ...target }) =>
  Effect.gen(function*() {
    const found = yield* Letters.find(id)
    if (found._tag === "Unknown") {
      return yield* CommandFailed.failed(
        `${LetterIdText.show(id)} ${LetterWords.ofRefusal({ code: "unknown_letter" })}`
      )
    }
    if (found._tag === "Handled") {
      return yield* Console.log(`${LetterIdText.show(id)} ${LetterWords.ofHandling(found.handling)}`)
    }
    const { requestId } = found.letter
    const statuses = yield* OrderStatuses
    const lookup = requestId === undefined ? undefined : yield* statuses.read(requestId)
    const status = lookup?._tag === "Kept" ? Option.some(lookup.record) : Option.none()
    yield* Console.log(LetterFormat.whole(found.letter, status))
  }).pipe(Target.bounded, Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription("Print a dead letter and the present status of its order as JSON, or who handled it"),
    Command.withExamples([{ command: "flash-sale dlq show 3-1742" }])
  )
