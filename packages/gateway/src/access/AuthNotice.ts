/** What a gateway that asks nobody says of it at its start. */
import type { AuthMode } from "@flash-sale/domain/access/MayDo"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { Layer } from "effect"

const OPEN = "AUTH is open: whoever reaches the port may place orders for any user_id and read any order. " +
  "AUTH=required wants a key or a buyer's token"

/** Says nothing where orders need a key or a token. */
export const layer = ({ auth }: { readonly auth: AuthMode }): Layer.Layer<never> =>
  auth === "open" ? Layer.effectDiscard(Log.info(OPEN, { event: "auth_open" })) : Layer.empty
