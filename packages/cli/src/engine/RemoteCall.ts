/** Asks an admin API: bounded in time, and in words where it fails. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as AdminClient from "@flash-sale/domain/api/admin/AdminClient"
import { Effect, Layer, Ref, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Interruption from "../terminal/Interruption.ts"
import type { Remote } from "../terminal/Remote.ts"
import * as RemoteWords from "./RemoteWords.ts"

/** The engine reads within 5 s, appends within 10 s, and changes many items or letters within 60 s. */
const READ_WITHIN = "15 seconds"
const CHANGE_WITHIN = "30 seconds"
const MANY_WITHIN = "75 seconds"
/** How often, and how long after each other, a change is sent again whose answer was lost. */
const SENT_AGAIN = 10
const PAUSE = "1 second"

type Answer<A> = Effect.Effect<A, CommandFailed.CommandFailed>

export interface RemoteCall {
  readonly client: AdminClient.AdminClient
  /** Asks for something. */
  readonly read: <A>(ask: Effect.Effect<A, unknown>) => Answer<A>
  /** Changes something, once. `isMany`: for many items or letters. */
  readonly change: <A>(ask: Effect.Effect<A, unknown>, isMany?: boolean) => Answer<A>
  /** Changes something under an `Idempotency-Key`, again where its answer is lost: it counts once. */
  readonly changeOnce: <A>(ask: (key: string) => Effect.Effect<A, unknown>, isMany?: boolean) => Answer<A>
}

const judged = <A>(ask: Effect.Effect<A, unknown>, within: string): Effect.Effect<A, RemoteWords.Failure> =>
  ask.pipe(
    Effect.catch((error) => Effect.flatMap(RemoteWords.judge(error), Effect.fail)),
    Effect.timeoutOrElse({ duration: within as "1 second", orElse: () => Effect.fail(RemoteWords.silent(within)) })
  )

const unknown = ({ failed }: RemoteWords.Failure) =>
  CommandFailed.unknown(`nobody knows whether it was recorded: ${failed.message}; look before trying again`)

const read: RemoteCall["read"] = (ask) => Effect.mapError(judged(ask, READ_WITHIN), ({ failed }) => failed)

const change: RemoteCall["change"] = (ask, isMany = false) =>
  judged(Interruption.isUnknown(ask), isMany ? MANY_WITHIN : CHANGE_WITHIN).pipe(
    Effect.mapError((failure) => failure._tag === "Lost" ? unknown(failure) : failure.failed)
  )

/** Once an answer was lost nothing but an answer tells what became of it: a refusal is of the repetition alone. */
const changeOnce: RemoteCall["changeOnce"] = (ask, isMany = false) =>
  Effect.gen(function*() {
    const key = randomUUID()
    const isLost = yield* Ref.make(false)
    const once = judged(Interruption.isUnknown(ask(key)), isMany ? MANY_WITHIN : CHANGE_WITHIN).pipe(
      Effect.tapError(({ _tag }) => _tag === "Lost" ? Ref.set(isLost, true) : Effect.void)
    )
    return yield* once.pipe(
      Effect.retry({
        times: SENT_AGAIN,
        schedule: Schedule.spaced(PAUSE),
        while: () => Ref.get(isLost)
      }),
      Effect.catch((failure) =>
        Effect.flatMap(Ref.get(isLost), (lost) => Effect.fail(lost ? unknown(failure) : failure.failed))
      )
    )
  })

/** Over connections that end with the scope. Redirects are not followed: the key is for this engine alone. */
export const make = ({ key, url }: Remote) =>
  Effect.gen(function*() {
    const http = yield* Layer.build(NodeHttpClient.layerUndici)
    const client = yield* Effect.provideContext(AdminClient.make(url, key), http)
    return { client, read, change, changeOnce } satisfies RemoteCall
  })
