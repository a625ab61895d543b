/** Whether an item can be bought, as far as its standing and the engine's clock say it. Pure. */
import type { ItemStanding } from "@flash-sale/client"

export type SaleState =
  | { readonly kind: "before"; readonly opensAt: number }
  | { readonly kind: "open"; readonly closesAt: number | undefined }
  | { readonly kind: "sold_out"; readonly mayComeBack: boolean }
  | { readonly kind: "paused" }
  | { readonly kind: "closed" }

const millisOf = (iso: string | undefined): number | undefined => iso === undefined ? undefined : Date.parse(iso)

/** `now` in milliseconds since 1970, by the engine's clock. */
export const saleStateOf = ({ available, held, sale }: ItemStanding, now: number): SaleState => {
  const opensAt = millisOf(sale.opens_at)
  const closesAt = millisOf(sale.closes_at)
  if (closesAt !== undefined && now >= closesAt) return { kind: "closed" }
  if (sale.paused) return { kind: "paused" }
  if (opensAt !== undefined && now < opensAt) return { kind: "before", opensAt }
  if (available === 0) return { kind: "sold_out", mayComeBack: held > 0 }
  return { kind: "open", closesAt }
}

/** When the state changes by the clock alone, in milliseconds since 1970; undefined where it does not. */
export const nextTurn = (state: SaleState): number | undefined =>
  state.kind === "before" ? state.opensAt : state.kind === "open" ? state.closesAt : undefined
