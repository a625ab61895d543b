/** What the endpoints of the admin API work with. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { KnownOrders } from "@flash-sale/gateway/reads/KnownOrders"

/** The ports behind them, and what the gateway of the same process knows of its orders. */
export type AdminPorts =
  | OrderLog
  | ItemStore
  | RecoveryMarks
  | OrderStatuses
  | DeadLetters
  | IdempotencyKeys
  | KnownOrders
