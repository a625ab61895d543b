/** Webhooks that do what a test says: nobody delivers, and what is asked for is kept as it was asked. */
import { ArchiveCursor } from "@flash-sale/domain/archive/Questions"
import type { ArchiveError } from "@flash-sale/domain/ports/Archive"
import { MAX_REPLAYS, TooManyAsked, UnknownEndpoint, UnknownEvents, Webhooks } from "@flash-sale/domain/ports/Webhooks"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type {
  EndpointStanding,
  ReplayCount,
  Replayed,
  ReplayStanding,
  TestOutcome,
  WebhookDelivery
} from "@flash-sale/domain/webhooks/Standing"
import { Effect, Layer } from "effect"

export interface State {
  endpoints: ReadonlyArray<EndpointStanding>
  deliveries: ReadonlyArray<WebhookDelivery>
  /** How many events a replay would send. */
  count: ReplayCount
  /** What becomes of a test event at once; undefined where nobody sends it. */
  sends: Pick<TestOutcome, "isDelivered" | "status" | "error" | "tookMillis"> | undefined
  /** What stands before each answer: nothing, a failure, or an answer that never comes. */
  before: Effect.Effect<void, ArchiveError>
  readonly tests: Map<string, TestOutcome>
  readonly replays: Array<ReplayStanding & { readonly key: string | undefined }>
}

/** A moment of these tests. */
export const NOW = Date.UTC(2026, 11, 1, 18)

export const endpoint = (name: string, given: Partial<EndpointStanding> = {}): EndpointStanding => ({
  name: EndpointName.make(name),
  url: `https://user:password@${name}.example/hooks?token=secret#part`,
  events: ["order.*"],
  condition: "delivering",
  waiting: 0,
  dead: 0,
  oldestAt: undefined,
  lastSuccessAt: undefined,
  lastFailureAt: undefined,
  lastFailure: undefined,
  goneAt: undefined,
  holder: "one",
  replays: 0,
  ...given
})

export const delivery = (of: string, n: number, given: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  endpoint: EndpointName.make(of),
  eventId: `3-${n}-3`,
  type: "order.completed",
  itemId: "mug",
  requestId: `r-${n}`,
  state: "waiting",
  attempts: 2,
  dueAt: NOW + 300_000,
  createdAt: NOW,
  lastAttemptAt: NOW + 5_000,
  status: 503,
  error: undefined,
  ...given
})

export const state = (given: Partial<State> = {}): State => ({
  endpoints: [],
  deliveries: [],
  count: { events: 0, isAll: true },
  sends: undefined,
  before: Effect.void,
  tests: new Map(),
  replays: [],
  ...given
})

/** Ids that begin so are of no event. */
const unknownIn = (replayed: Replayed): ReadonlyArray<string> =>
  replayed._tag === "Ids" ? replayed.ids.filter((id) => id.startsWith("nosuch")) : []

export const layer = (state: State): Layer.Layer<Webhooks> => {
  const answered = <A, E>(answer: () => Effect.Effect<A, E>) =>
    Effect.andThen(Effect.suspend(() => state.before), Effect.suspend(answer))
  const known = <A, E = never>(name: EndpointName, answer: () => Effect.Effect<A, E | UnknownEndpoint>) =>
    answered<A, E | UnknownEndpoint>(() =>
      state.endpoints.some((one) => one.name === name) ? answer() : Effect.fail(new UnknownEndpoint({ name }))
    )
  return Layer.succeed(Webhooks, {
    list: answered(() => Effect.succeed(state.endpoints)),
    deliveries: (filter, from, limit) =>
      answered(() => {
        const wanted = state.deliveries.filter((one) =>
          (filter.endpoint ?? one.endpoint) === one.endpoint && (filter.state ?? one.state) === one.state
        )
        const begin = Number(from?.slice(2) ?? 0)
        const entries = wanted.slice(begin, begin + limit)
        const end = begin + entries.length
        return Effect.succeed({ entries, next: end < wanted.length ? ArchiveCursor.make(`0-${end}`) : undefined })
      }),
    test: (name, id, _operator, askedAt) =>
      known(name, () => {
        const sent = state.sends === undefined ? undefined : { ...state.sends, doneAt: askedAt + 40 }
        const nothing = { doneAt: undefined, isDelivered: undefined, status: undefined, error: undefined }
        state.tests.set(id, { id, endpoint: name, askedAt, ...nothing, tookMillis: undefined, ...sent })
        return Effect.void
      }),
    outcome: (id) => answered(() => Effect.succeed(state.tests.get(id))),
    replay: (name, replayed, { by, reason }, askedAt, key) =>
      known<number, TooManyAsked | UnknownEvents>(name, () => {
        const before = state.replays.find((one) => key !== undefined && one.key === key)
        if (before !== undefined) return Effect.succeed(before.id)
        if (unknownIn(replayed).length > 0) return Effect.fail(new UnknownEvents({ ids: unknownIn(replayed) }))
        if (state.replays.length >= MAX_REPLAYS) return Effect.fail(new TooManyAsked({ detail: "10 are not done" }))
        const id = state.replays.length + 1
        state.replays.unshift({ id, endpoint: name, replayed, by, reason, askedAt, doneAt: undefined, sent: 0, key })
        return Effect.succeed(id)
      }),
    count: (name, replayed) =>
      known<ReplayCount, UnknownEvents>(name, () =>
        unknownIn(replayed).length > 0
          ? Effect.fail(new UnknownEvents({ ids: unknownIn(replayed) }))
          : Effect.succeed(state.count)),
    replays: (name) => answered(() => Effect.succeed(state.replays.filter((one) => one.endpoint === name))),
    enable: (name) =>
      known(name, () => {
        state.endpoints = state.endpoints.map((one) =>
          one.name === name && one.condition === "gone" ? { ...one, condition: "delivering", goneAt: undefined } : one
        )
        return Effect.void
      })
  })
}
