/**
 * Who ended each hold: the first record after it that may, by the time in that record. Judged by the records alone; of
 * the rules' own answers it is only taken which holds had units.
 */
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import type { Command } from "@flash-sale/domain/records/Command"
import type { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { Course } from "./Course.ts"
import * as Courses from "./Course.ts"

const DEFAULT_SECONDS = 600
const MOST_SECONDS = 3_600

export interface Winner {
  readonly offset: number
  /** `late` is a confirmation or a payment that came when the time was over, and is the end of it. */
  readonly kind: "confirm" | "paid" | "cancel" | "expire" | "late"
  readonly reference: PaymentReference | undefined
}

export interface Held {
  readonly requestId: RequestId
  readonly userId: UserId
  readonly offset: number
  /** In milliseconds since 1970 (UTC), by the clock of the gateway that accepted it. */
  readonly dueAt: number
  winner: Winner | undefined
}

/** What of the item decides about holds. */
interface Settings {
  rules: number
  holdSeconds: number | undefined
  maxHoldSeconds: number | undefined
}

const dueAt = (settings: Settings, { acceptedAt, order }: Extract<Command, { readonly _tag: "Hold" }>): number =>
  acceptedAt +
  1_000 * Math.min(
      order.holdSeconds ?? settings.holdSeconds ?? DEFAULT_SECONDS,
      settings.maxHoldSeconds ?? MOST_SECONDS,
      MOST_SECONDS
    )

const changeSettings = (settings: Settings, { patch }: Extract<Command, { readonly _tag: "Sale" }>): void => {
  if (patch.holdSeconds !== undefined) settings.holdSeconds = patch.holdSeconds ?? undefined
  if (patch.maxHoldSeconds !== undefined) settings.maxHoldSeconds = patch.maxHoldSeconds ?? undefined
}

/** Whether this record tells of the very payment that the order was sold for. */
export const isSoldFor = (
  { reference, userId }: Extract<Command, { readonly _tag: "Confirm" }>,
  held: Held | undefined
): boolean =>
  held?.winner?.kind === "paid" && held.winner.reference === reference &&
  (userId === undefined || userId === held.userId)

/** Payments that have come for nothing so far. */
interface Owed {
  readonly isOwed: (held: Held, reference: PaymentReference) => boolean
  readonly note: (command: Command, holds: ReadonlyMap<RequestId, Held>) => void
}

const makeOwed = (): Owed => {
  /** Whose order the first record of each payment named. */
  const owners = new Map<string, UserId | undefined>()
  return {
    isOwed: ({ requestId, userId }, reference) => {
      const name = `${requestId} ${reference}`
      return owners.has(name) && [undefined, userId].includes(owners.get(name))
    },
    note: (command, holds) => {
      if (command._tag !== "Confirm" || command.reference === undefined) return
      const name = `${command.requestId} ${command.reference}`
      if (!owners.has(name) && !isSoldFor(command, holds.get(command.requestId))) owners.set(name, command.userId)
    }
  }
}

/** What the record says of holds that may be open: whom it means, and what it makes of them. */
const endsOf = (
  command: Command,
  find: (requestId: RequestId) => Held | undefined,
  owed: Owed
): ReadonlyArray<readonly [Held, Omit<Winner, "offset">]> => {
  switch (command._tag) {
    case "Confirm": {
      const { at, attempt, reference, requestId, userId } = command
      const held = find(requestId)
      if (held === undefined || (userId !== undefined && userId !== held.userId)) return []
      if (attempt !== undefined && attempt !== 1) return []
      if (at >= held.dueAt) return [[held, { kind: "late", reference: undefined }]]
      // A shop that was told to pay it back may have done so.
      if (reference !== undefined && owed.isOwed(held, reference)) return []
      return [[held, { kind: reference === undefined ? "confirm" : "paid", reference }]]
    }
    case "Cancel": {
      const held = command.attempt === 1 ? find(command.requestId) : undefined
      return held === undefined ? [] : [[held, { kind: "cancel", reference: undefined }]]
    }
    case "Expire":
      return command.orders.flatMap(({ attempt, requestId }) => {
        const held = attempt === 1 ? find(requestId) : undefined
        return held === undefined || command.at < held.dueAt ? [] : [[held, { kind: "expire", reference: undefined }]]
      })
    default:
      return []
  }
}

/** The item's holds that had units, by request id. */
export const of = (course: Course): ReadonlyMap<RequestId, Held> => {
  const settings: Settings = { rules: 1, holdSeconds: undefined, maxHoldSeconds: undefined }
  const holds = new Map<RequestId, Held>()
  const owed = makeOwed()
  for (const { after, before, command, offset } of course) {
    if (command._tag === "Rules") settings.rules = Math.max(settings.rules, command.version)
    // Version 1 does not know of any of this.
    if (settings.rules < 2) continue
    if (command._tag === "Sale") changeSettings(settings, command)
    if (command._tag === "Hold") {
      const { requestId, userId } = command.order
      if (Courses.orderIn(before, requestId) !== undefined || holds.has(requestId)) continue
      if (Courses.orderIn(after, requestId) === undefined) continue
      holds.set(requestId, { requestId, userId, offset, dueAt: dueAt(settings, command), winner: undefined })
    }
    for (const [held, end] of endsOf(command, (requestId) => holds.get(requestId), owed)) {
      held.winner ??= { ...end, offset }
    }
    owed.note(command, holds)
  }
  return holds
}
