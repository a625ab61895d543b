/** Whether nothing was lost or doubled in a long run: what was accepted, is final, was sold, and is in the archive. */
import { Archive } from "@flash-sale/domain/ports/Archive"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Order from "./Order.ts"
import type { System } from "./System.ts"

/** Items whose report is printed and compared by the command. */
const REPORTED = 3
/** Items that an engine may begin with by itself. */
const OTHERS = 100

/** Brings the items in with so many units each. */
export const stock = async ({ run }: System, items: number, units: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-items-"))
  try {
    const file = join(folder, "items.csv")
    const lines = Array.from({ length: items }, (_, item) => `${Order.itemOf(item)},${units}`)
    await writeFile(file, `item_id,stock\n${lines.join("\n")}\n`)
    await run(["item", "import", file])
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Counts {
  readonly item_id: string
  readonly held: number
  readonly sold: number
}

/** Held and sold units of all items. */
const countsOf = async ({ run }: System, items: number): Promise<Pick<Counts, "held" | "sold">> => {
  const own = new Set(Array.from({ length: items }, (_, item) => Order.itemOf(item)))
  const listed = (await run(["item", "list", "--json", "--limit", String(items + OTHERS)])).split("\n")
    .filter((line) => line.startsWith("{")).map((line): Counts => JSON.parse(line))
    .filter((item) => own.has(item.item_id))
  if (listed.length !== items) throw new Error(`${listed.length} items are listed, and there are ${items}`)
  const sum = (name: "held" | "sold") => listed.reduce((all, item) => all + item[name], 0)
  return { held: sum("held"), sold: sum("sold") }
}

/** Units of completed orders that the archive has. */
const archivedUnits = ({ archive }: System, items: number): Promise<number> =>
  Effect.runPromise(
    Effect.gen(function*() {
      const { sums } = yield* Archive
      let units = 0
      for (let item = 0; item < items; item++) {
        const { orders } = yield* sums(ItemId.make(Order.itemOf(item)))
        for (const sum of orders) if (sum.status === "COMPLETED") units += sum.units
      }
      return units
    }).pipe(Effect.provide(archive))
  )

/** What differs, a line each; `completed` as the processor has counted it. */
export const differences = async (
  system: System,
  { accepted, completed, items }: { readonly accepted: number; readonly completed: number; readonly items: number }
): Promise<ReadonlyArray<string>> => {
  const { held, sold } = await countsOf(system, items)
  const archived = await archivedUnits(system, items)
  await system.run(["reconcile"])
  for (let item = 0; item < Math.min(items, REPORTED); item++) {
    await system.run(["report", Order.itemOf(item), "--json", "--limit", "1"])
  }
  const all = { completed, sold, "in the archive as sold": archived }
  return [
    ...Object.entries(all).flatMap(([what, n]) => n === accepted ? [] : [`${n} ${what}, and ${accepted} accepted`]),
    ...(held === 0 ? [] : [`${held} units are held`])
  ]
}
