/** The command `flash-sale`, with everything that it can do. */
import { Command } from "effect/cli"
import * as Dlq from "./Dlq.ts"
import * as Gateway from "./Gateway.ts"
import * as Load from "./Load.ts"
import * as Order from "./Order.ts"
import * as Processor from "./Processor.ts"
import * as Reconcile from "./Reconcile.ts"
import * as Recover from "./Recover.ts"
import * as Sale from "./Sale.ts"
import * as Serve from "./Serve.ts"
import * as Stock from "./Stock.ts"

export const command = Command.make("flash-sale").pipe(
  Command.withDescription(
    "An order engine for flash sales: every accepted order is kept, and exactly what is in stock is sold"
  ),
  Command.withSubcommands([
    Serve.command,
    Gateway.command,
    Processor.command,
    Stock.command,
    Sale.command,
    Order.command,
    Dlq.command,
    Load.command,
    Reconcile.command,
    Recover.command
  ])
)
