/** What a process must not outlive: a part of it is gone, and no other can do its work. */
import { Context, Deferred, Effect } from "effect"

interface FatalFailure {
  /** Ends the process; `why` is what it says. The first one counts. */
  readonly fail: (why: string) => void
  /** The words of the failure, when there is one. */
  readonly failed: Effect.Effect<string>
}

/** Who runs a service waits for it beside its work. One for each process. */
export const FatalFailure = Context.Reference<FatalFailure>("@flash-sale/infra/resilience/FatalFailure", {
  defaultValue: () => {
    const failure = Deferred.makeUnsafe<string>()
    return {
      fail: (why) => Deferred.doneUnsafe(failure, Effect.succeed(why)),
      failed: Deferred.await(failure)
    }
  }
})
