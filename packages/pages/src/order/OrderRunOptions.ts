/** What one buyer's order needs of the page that it is shown in. */
import type { OrderMemory } from "./OrderMemory.ts"
import type { OrderState } from "./OrderState.ts"
import type { OrderWatchOptions } from "./OrderWatch.ts"

export interface OrderRunOptions extends OrderWatchOptions {
  readonly itemId: string
  readonly memory: OrderMemory
  /** The buyer. Fails as the client does where there is no token. */
  readonly userId: () => Promise<string>
  readonly onState: (state: OrderState) => void
}
