/** What goes wrong behind a change or a look, as a code that programs tell apart: those of the HTTP API. Pure. */
import type { UnavailableCode } from "@flash-sale/domain/api/Errors"
import type { ItemDamaged } from "@flash-sale/domain/ports/ItemStore"
import type { AppendRefused, AppendUnknown, LogRefused, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { Upgrading } from "./RulesFirst.ts"

export type Failure =
  | StoreUnavailable
  | ItemDamaged
  | AppendRefused
  | AppendUnknown
  | LogUnavailable
  | LogRefused
  | Upgrading

export const codeOf = (failure: Failure): UnavailableCode => {
  switch (failure._tag) {
    case "StoreUnavailable":
      return "store_unavailable"
    case "ItemDamaged":
      return "item_stopped"
    case "AppendRefused":
      return failure.overloaded ? "overloaded" : "log_unavailable"
    case "AppendUnknown":
      return "outcome_unknown"
    case "Upgrading":
      return "upgrading"
    case "LogUnavailable":
    case "LogRefused":
      return "log_unavailable"
  }
}
