/** The settings of the topics, asked for now and then. */
import { Effect } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as Policies from "./Policies.ts"

/** The brokers are asked with each look of so many: about twice a minute. */
const LOOKS_FOR_POLICIES = 15
/** A user without the right to ask is not asked for again at once. */
const DENIED = /authoriz/i

export interface Known {
  readonly policies: ReadonlyArray<Policies.Policy>
  /** Why they are not known, or not any more. */
  readonly unknown: string | undefined
}

/** What is known of these topics, which are there, after a further look. */
export const make = (client: KafkaClient["Service"]): (topics: ReadonlyArray<string>) => Effect.Effect<Known> => {
  let known: Known = { policies: [], unknown: undefined }
  let looks = 0
  const ask = (topics: ReadonlyArray<string>) =>
    Effect.forEach(topics, (topic) => Policies.look(client, topic)).pipe(
      Effect.match({
        onFailure: ({ detail }): Known => ({ ...known, unknown: detail }),
        onSuccess: (policies): Known => ({ policies, unknown: undefined })
      }),
      Effect.tap((now) => Effect.sync(() => void (known = now)))
    )
  return (topics) =>
    Effect.suspend(() => {
      const isAskedAgain = known.unknown !== undefined && !DENIED.test(known.unknown)
      return looks++ % LOOKS_FOR_POLICIES === 0 || isAskedAgain ? ask(topics) : Effect.succeed(known)
    })
}
