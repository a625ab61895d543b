/**
 * The families of keys in Redis, spelled as the headers of the scripts and `lua/README.md` spell them: `<item>` is any
 * item. The keys themselves, what the headers list, and the patterns that a user of Redis is given are made from these.
 */
export const TEMPLATES = {
  inventory: "inventory:<item>",
  orders: "{inventory:<item>}:orders",
  meta: "{inventory:<item>}:meta",
  untold: "{inventory:<item>}:untold",
  turned: "{inventory:<item>}:turned",
  buyers: "{inventory:<item>}:buyers",
  commands: "{inventory:<item>}:commands",
  events: "{inventory:<item>}:events",
  open: "{inventory:<item>}:open",
  due: "{inventory:<item>}:due",
  orderStatus: "order_status:<request_id>",
  rateLimit: "ratelimit:<user_id>",
  mark: "fold:<partition>",
  items: "fold:<partition>:items",
  backlog: "backlog",
  instances: "instances",
  instanceReports: "instances:reports",
  log: "log",
  repairs: "repairs",
  idempotency: "idempotency:<key>"
} as const

export type KeyFamily = keyof typeof TEMPLATES

export const FAMILIES = Object.keys(TEMPLATES) as ReadonlyArray<KeyFamily>

const VARIABLE = /<[a-z_]+>/

/** Makes the keys of a family, each from what stands in the place of the variable. */
export const keyOf = <Id extends string | number>(family: KeyFamily): (id: Id) => string => {
  const [before = "", after = ""] = TEMPLATES[family].split(VARIABLE)
  return (id) => `${before}${id}${after}`
}

/** The pattern of Redis that matches every key of the family. */
export const patternOf = (family: KeyFamily): string => TEMPLATES[family].replace(VARIABLE, "*")

/** A key of the family that the engine itself never uses. */
export const sampleOf = (family: KeyFamily): string => TEMPLATES[family].replace(VARIABLE, "-")
