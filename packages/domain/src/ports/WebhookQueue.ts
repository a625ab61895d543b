/**
 * What a process of webhooks keeps in the archive's database: a cursor for each endpoint over the archived events, and
 * rows for deliveries that failed. Every change of an endpoint's state is refused to who does not hold it any more.
 * Moments are milliseconds since 1970 (UTC). docs/decisions/0052-webhooks.md
 */
import { Context, type Effect } from "effect"
import type { EndpointName } from "../webhooks/Endpoint.ts"
import type {
  ActiveReplay,
  ArchivedEvent,
  EndpointBacklog,
  EventPage,
  Failure,
  Forgotten,
  HeldEndpoint,
  Holder,
  LastAttempts,
  ListedEndpoint,
  TestResult,
  WaitingDelivery
} from "../webhooks/Sending.ts"
import type { ArchiveError } from "./Archive.ts"

export class WebhookQueue extends Context.Service<WebhookQueue, {
  /**
   * Takes over what the file says. A new endpoint begins at the end of what is archived; one that was known keeps its
   * cursor, and is not gone any more where its url is another one. Those that are not among these are unlisted.
   */
  readonly list: (endpoints: ReadonlyArray<ListedEndpoint>) => Effect.Effect<void, ArchiveError>
  /**
   * Renews this instance's leases on endpoints of these names, takes those that nobody holds, and gives all that it
   * holds then. Where it holds fewer than another it asks that for one, and is handed it when the other one's turn
   * comes: so instances share the endpoints evenly after a while. Those of other names are given up.
   */
  readonly hold: (
    holder: Holder,
    names: ReadonlyArray<EndpointName>
  ) => Effect.Effect<ReadonlyArray<HeldEndpoint>, ArchiveError>
  /** Endpoints that a file lists and does not disable, and that nobody holds by a lease of so long. */
  readonly unheld: (leaseMillis: number) => Effect.Effect<ReadonlyArray<EndpointBacklog>, ArchiveError>
  /** Gives all leases back. */
  readonly release: (holder: string) => Effect.Effect<void, ArchiveError>
  /**
   * Forgets an endpoint that no file has listed for so long, with its deliveries, replays and tests: at most `limit`
   * deliveries in one step. Each step begins with the one that left the file first.
   */
  readonly forget: (keptMillis: number, limit: number) => Effect.Effect<Forgotten, ArchiveError>
  /** The number of the last entry that is archived; 0 where there is none. */
  readonly end: Effect.Effect<number, ArchiveError>
  /** At most `limit` entries after `cursor`. */
  readonly page: (cursor: number, limit: number) => Effect.Effect<EventPage, ArchiveError>
  /**
   * Moves an endpoint's cursor forwards and keeps the events that failed, in one step. False where the endpoint is
   * held by another now, and nothing is changed.
   */
  readonly advance: (
    endpoint: EndpointName,
    holder: string,
    cursor: number,
    failed: ReadonlyArray<{ readonly event: ArchivedEvent; readonly failure: Failure }>,
    last: LastAttempts
  ) => Effect.Effect<boolean, ArchiveError>
  /** Deliveries that are due, the longest first, at most `limit`. */
  readonly due: (
    endpoint: EndpointName,
    now: number,
    limit: number
  ) => Effect.Effect<ReadonlyArray<WaitingDelivery>, ArchiveError>
  /**
   * Makes due what a clock that was ahead of `now` has dated: deliveries whose last attempt is to come, and those that
   * were never tried and are not due. So each waits no longer than it was to wait after its attempt. False as above.
   */
  readonly redate: (endpoint: EndpointName, holder: string, now: number) => Effect.Effect<boolean, ArchiveError>
  /** What became of deliveries that waited: gone where they were delivered, else dated anew or dead. False as above. */
  readonly settle: (
    endpoint: EndpointName,
    holder: string,
    results: ReadonlyArray<{ readonly delivery: WaitingDelivery; readonly failure: Failure | undefined }>,
    last: LastAttempts
  ) => Effect.Effect<boolean, ArchiveError>
  /** The endpoint has answered 410 at this url: nothing changes where it has another one now. False as above. */
  readonly gone: (
    endpoint: EndpointName,
    holder: string,
    url: string,
    at: number
  ) => Effect.Effect<boolean, ArchiveError>
  readonly settleTest: (id: string, result: TestResult) => Effect.Effect<void, ArchiveError>
  /**
   * Takes one step of a replay: what matches becomes deliveries that are due at `now`, at most `room`. Gives how many,
   * and whether the replay is done.
   */
  readonly replayStep: (
    endpoint: EndpointName,
    holder: string,
    replay: ActiveReplay,
    matches: (type: string) => boolean,
    room: number,
    now: number
  ) => Effect.Effect<{ readonly sent: number; readonly isDone: boolean }, ArchiveError>
}>()("@flash-sale/domain/ports/WebhookQueue") {}
