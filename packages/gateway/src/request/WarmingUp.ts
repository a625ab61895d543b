/** Whether the gateway is warming up still: it serves, and says that it is not ready. */
import { Context } from "effect"

export const WarmingUp = Context.Reference<() => boolean>("@flash-sale/gateway/request/WarmingUp", {
  defaultValue: () => () => false
})
