/** Who makes a change, and why: flags of every command that changes something. */
import {
  isChangeReason,
  isOperatorName,
  MAX_OPERATOR_LENGTH,
  MAX_REASON_LENGTH,
  type Operator
} from "@flash-sale/domain/records/operator/Operator"
import { Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { userInfo } from "node:os"

/** Where the user of the operating system has no name, as that of a container may have none. */
const NOBODY = "unknown"

export const by = Flag.String("by").pipe(
  Flag.filter(isOperatorName, () => `1 to ${MAX_OPERATOR_LENGTH} characters`),
  Flag.withDescription("Who does it, for the audit; the user of the operating system where it is absent"),
  Flag.optional
)

/** A text that says why, under the name that the command gives it. */
export const why = (name: string) =>
  Flag.String(name).pipe(Flag.filter(isChangeReason, () => `1 to ${MAX_REASON_LENGTH} characters`))

export const flags = {
  by,
  reason: why("reason").pipe(Flag.withDescription("Why, for whoever asks later"), Flag.optional)
}

export interface Given {
  readonly by: Option.Option<string>
  readonly reason: Option.Option<string>
}

/** Who is named by the flags, or the local user. */
export const operator = ({ by, reason }: Given): Effect.Effect<Operator> =>
  Effect.map(orUser(by), (name) => Option.isSome(reason) ? { by: name, reason: reason.value } : { by: name })

const orUser = (given: Option.Option<string>): Effect.Effect<string> =>
  Option.match(given, {
    onSome: Effect.succeed,
    onNone: () =>
      Effect.map(
        Effect.orElseSucceed(Effect.try(() => userInfo().username), () => NOBODY),
        (name) => isOperatorName(name) ? name : NOBODY
      )
  })
