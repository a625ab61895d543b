/**
 * An item against itself: what must hold of its counts, orders and buyers whatever happened to it. For an item of which
 * the log no longer says everything, so that it cannot be folded again.
 */
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"

const ORDER = ItemDump.orderOf("")
const BUYER = ItemDump.buyerOf("")

const count = (picture: ItemDump.ItemDump, name: string): number => Number(picture.get(name) ?? 0)

const add = (sums: Map<string, number>, name: string, units: number): void => {
  sums.set(name, (sums.get(name) ?? 0) + units)
}

/** What contradicts itself, in words. */
export const wrong = (picture: ItemDump.ItemDump): ReadonlyArray<string> => {
  const units = { held: 0, sold: 0 }
  const bought = new Map<string, number>()
  const said = new Map<string, number>()
  for (const [name, text] of picture) {
    if (name.startsWith(BUYER)) said.set(name.slice(BUYER.length), Number(text))
    if (!name.startsWith(ORDER)) continue
    const [state, user = "", amount, , , capped] = text.split(" ")
    if (state === "sold") units.sold += Number(amount)
    if (state === "held" || state === "voiding") units.held += Number(amount)
    if (capped === "capped" && state !== "released") add(bought, user, Number(amount))
  }
  const [available, held, sold, put] = ["available", "held", "sold", "put"].map((name) => count(picture, name))
  return [
    ...(put === available! + held! + sold!
      ? []
      : [`put in ${put} are not available ${available} + held ${held} + sold ${sold}`]),
    ...(held === units.held ? [] : [`held ${held}, but its orders hold ${units.held}`]),
    ...(sold === units.sold ? [] : [`sold ${sold}, but its orders are sold ${units.sold}`]),
    ...[...new Set([...bought.keys(), ...said.keys()])].flatMap((user) => {
      const [counted, ordered] = [said.get(user) ?? 0, bought.get(user) ?? 0]
      return counted === ordered ? [] : [`buyer ${user} has ${counted} units, but orders for ${ordered}`]
    })
  ]
}
