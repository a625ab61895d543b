/** Items as they are on the wire. Answers may have more fields than these. */

/** The settings of a sale; what is absent is not limited. */
export interface Sale {
  readonly paused: boolean
  /** ISO 8601, in UTC. */
  readonly opens_at?: string
  /** ISO 8601, in UTC. */
  readonly closes_at?: string
  /** Units that one buyer may buy. */
  readonly per_user_limit?: number
  /** Of one unit, in the smallest unit of the currency. */
  readonly price?: number
  /** Its code in ISO 4217. */
  readonly currency?: string
  /** How long a hold lasts that does not say it, in seconds; 600 where it is absent. */
  readonly hold_seconds?: number
  /** The longest that a hold may last, in seconds; 3600 where it is absent. */
  readonly max_hold_seconds?: number
}

/** Units of an item. */
export interface ItemCounts {
  /** Units that can be bought now. */
  readonly available: number
  /** Units of orders whose payment is under way, and of holds. */
  readonly held: number
  /** Units that are paid. */
  readonly sold: number
}

/** What is left of an item, and how it is sold. */
export interface ItemStanding extends ItemCounts {
  readonly item_id: string
  readonly sale: Sale
  /** The engine's clock as it answered, for countdowns: ISO 8601, in UTC. Engines before 0.2.0 do not say. */
  readonly now?: string
}
