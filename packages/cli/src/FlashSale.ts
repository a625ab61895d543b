/** The command `flash-sale`, with everything that it can do. */
import { Command } from "effect/cli"
import * as Dlq from "./dlq/Dlq.ts"
import * as Load from "./load/Load.ts"
import * as OrderCommand from "./order/OrderCommand.ts"
import * as GatewayCommand from "./processes/GatewayCommand.ts"
import * as ProcessorCommand from "./processes/ProcessorCommand.ts"
import * as Serve from "./processes/Serve.ts"
import * as Reconcile from "./reconcile/Reconcile.ts"
import * as Recover from "./recover/Recover.ts"
import * as Sale from "./sale/Sale.ts"
import * as Stock from "./stock/Stock.ts"

export const command = Command.make("flash-sale").pipe(
  Command.withDescription(
    "An order engine for flash sales: every accepted order is kept, and exactly what is in stock is sold"
  ),
  Command.withSubcommands([
    Serve.command,
    GatewayCommand.command,
    ProcessorCommand.command,
    Stock.command,
    Sale.command,
    OrderCommand.command,
    Dlq.command,
    Load.command,
    Reconcile.command,
    Recover.command
  ])
)
