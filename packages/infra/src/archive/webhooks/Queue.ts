/** What a process of webhooks keeps, over the database of the archive. */
import type { WebhookQueue } from "@flash-sale/domain/ports/WebhookQueue"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { ArchiveDatabase, Work } from "../sql/Session.ts"
import * as Counts from "./Counts.ts"
import * as DeliveryRows from "./DeliveryRows.ts"
import * as EndpointRows from "./EndpointRows.ts"
import * as EventPages from "./EventPages.ts"
import * as Forgetting from "./Forgetting.ts"
import * as HeldRows from "./HeldRows.ts"
import * as ReplaySteps from "./ReplaySteps.ts"
import * as Settling from "./Settling.ts"
import * as TestRows from "./TestRows.ts"

const GONE = "UPDATE webhook_endpoints SET gone_at = $2 WHERE name = $1 AND url = $3"

export const queueOf = ({ dialect, session, snapshot, write }: ArchiveDatabase): WebhookQueue["Service"] => {
  /** Writes where this instance still holds the endpoint. */
  const whileHeld = (endpoint: string, holder: string, work: Work<unknown>) =>
    write((opened) =>
      Effect.flatMap(
        HeldRows.isHeld(opened, endpoint, holder),
        (isHeld) => isHeld ? Effect.as(work(opened), true) : Effect.succeed(false)
      )
    )
  return {
    list: (endpoints) => write((opened) => EndpointRows.list(dialect, opened, endpoints)),
    hold: (holder, names) =>
      Effect.flatMap(
        write((opened) => EndpointRows.hold(dialect, opened, holder, names)),
        // What is counted needs not be of the same moment, and others write meanwhile.
        (rows) => Effect.forEach(rows, (row) => Counts.held(session, row))
      ),
    unheld: (leaseMillis) =>
      snapshot((opened) =>
        Effect.flatMap(
          EndpointRows.unheld(dialect, opened, leaseMillis),
          (rows) => Effect.forEach(rows, (row) => Counts.backlog(opened, row))
        )
      ),
    release: (holder) => write((opened) => EndpointRows.release(opened, holder)),
    forget: (keptMillis, limit) => write((opened) => Forgetting.step(dialect, opened, keptMillis, limit)),
    end: Effect.flatMap(session.all(EndpointRows.END), ([row]) => decoded(() => Columns.integer(row!, "n"))),
    page: (cursor, limit) => EventPages.page(session, cursor, limit),
    advance: (endpoint, holder, cursor, failed, last) =>
      write((opened) =>
        Effect.tap(
          HeldRows.advance(opened, endpoint, holder, cursor, last),
          (isHeld) => isHeld ? DeliveryRows.insertFailed(opened, endpoint, failed) : Effect.void
        )
      ),
    due: (endpoint, now, limit) =>
      Effect.flatMap(
        session.all(DeliveryRows.DUE, endpoint, now, limit),
        (rows) => decoded(() => rows.map(DeliveryRows.readWaiting))
      ),
    redate: (endpoint, holder, now) =>
      whileHeld(endpoint, holder, (opened) => opened.all(DeliveryRows.REDATE, endpoint, now)),
    settle: (endpoint, holder, results, last) =>
      whileHeld(endpoint, holder, (opened) =>
        Effect.andThen(
          Settling.settle(opened, endpoint, results),
          HeldRows.saveLast(opened, endpoint, last)
        )),
    gone: (endpoint, holder, url, at) => whileHeld(endpoint, holder, (opened) => opened.all(GONE, endpoint, at, url)),
    settleTest: (id, result) => Effect.asVoid(write((opened) => TestRows.settle(opened, id, result))),
    replayStep: (endpoint, holder, replay, matches, room, now) =>
      write((opened) =>
        Effect.flatMap(HeldRows.isHeld(opened, endpoint, holder), (isHeld) =>
          isHeld
            ? ReplaySteps.step(opened, endpoint, replay.id, matches, { now, room })
            : Effect.succeed({ sent: 0, isDone: false }))
      )
  }
}
