/** The marks of the store. They fall back with it, and go with it. */
import { type Mark, MarkMoved, RecoveryMarks, type Seen } from "@flash-sale/domain/ports/RecoveryMarks"
import { Effect, Layer } from "effect"
import * as StoreState from "./StoreState.ts"

export const layer = (state: StoreState.State): Layer.Layer<RecoveryMarks> => {
  const { ask, checkMark } = state

  const setMark = (
    partition: number,
    epoch: string,
    checkpoint: number | undefined,
    seen?: Seen,
    accepted = state.now().accepted
  ): void => {
    const { accepted: noted, marks } = state.now()
    // What was accepted stays with the mark.
    const wholeFrom = marks.get(partition)?.wholeFrom ?? noted.get(partition)?.wholeFrom
    state.change({ accepted, marks: new Map(marks).set(partition, { epoch, checkpoint, seen, wholeFrom }) })
  }

  const begin = (partition: number, epoch: string): string => {
    const there = state.now().marks.get(partition)?.epoch
    if (there === undefined) setMark(partition, epoch, undefined)
    return there ?? epoch
  }

  const complete = (partition: number, { checkpoint, epoch, seen }: Mark) =>
    Effect.map(checkMark(partition, epoch), () => {
      if (state.isWhole(partition)) return
      setMark(partition, epoch, checkpoint, seen, StoreState.without(state.now().accepted, [partition]))
    })

  const moveCheckpoint = (partition: number, { checkpoint, epoch, seen }: Mark): Effect.Effect<void, MarkMoved> => {
    const mark = state.now().marks.get(partition)
    if (mark?.epoch !== epoch || mark.checkpoint === undefined) return Effect.fail(new MarkMoved({ partition }))
    const isLater = seen !== undefined && seen.offset > (mark.seen?.offset ?? -1)
    setMark(partition, epoch, Math.max(mark.checkpoint, checkpoint), isLater ? seen : mark.seen)
    return Effect.void
  }

  return Layer.succeed(RecoveryMarks, {
    read: (partition) =>
      ask(
        () =>
          Effect.sync(() => {
            const { checkpoint, epoch = "", seen, wholeFrom } = state.now().marks.get(partition) ?? {}
            return checkpoint === undefined ? undefined : { epoch, checkpoint, seen, wholeFrom }
          }),
        undefined,
        "read"
      ),
    accepted: (partition) => ask(() => Effect.sync(() => state.now().accepted.get(partition)), undefined, "read"),
    begin: (partition, epoch, known) => ask(() => Effect.sync(() => begin(partition, epoch)), known),
    complete: (partition, mark, known) => ask(() => complete(partition, mark), known),
    checkpoint: (partition, mark, known) => ask(() => moveCheckpoint(partition, mark), known),
    session: Effect.sync(state.session)
  })
}
