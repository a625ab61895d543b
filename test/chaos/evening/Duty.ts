/** What the person on duty does in an evening, by one of two doors: the command line, or the admin API. */
import * as Services from "../Services.ts"

export interface Counts {
  readonly available: number
  readonly held: number
  readonly sold: number
  readonly stocked: number
}

export interface Letter {
  readonly id: string
  readonly request_id: string
}

export interface EveryItem {
  readonly total: number
  readonly done: number
  readonly failed: ReadonlyArray<unknown>
}

/** How an item is to be sold: `price` in the smallest unit of EUR. */
export type Sale = "opens in an hour" | "open" | "closed" | { readonly limit: number } | { readonly price: number }

export interface Duty {
  /** As records name who does it. */
  readonly by: string
  readonly stock: (
    item: string,
    change: { readonly set: number } | { readonly add: number },
    why: string
  ) => Promise<void>
  readonly sale: (item: string, change: Sale, why: string) => Promise<void>
  readonly pauseAll: (why: string) => Promise<EveryItem>
  readonly resumeAll: (why: string) => Promise<EveryItem>
  readonly counts: (item: string) => Promise<Counts>
  readonly letters: () => Promise<ReadonlyArray<Letter>>
  /** What the replay of each would come to. */
  readonly outlooks: () => Promise<ReadonlyMap<string, string>>
  readonly replay: (ids: ReadonlyArray<string>, why: string) => Promise<void>
  readonly discard: (ids: ReadonlyArray<string>, why: string) => Promise<void>
  /** Who has handled a letter, how and why. */
  readonly handling: (id: string) => Promise<string>
}

const HOUR = 3_600_000

/** By commands alone, each a process of its own. */
export const byCommands = (env: Readonly<Record<string, string>>): Duty => {
  const type = async (...words: ReadonlyArray<string>): Promise<string> => {
    const { code, output } = await Services.run(words, env)
    if (code !== 0) throw new Error(`flash-sale ${words.join(" ")} ended with ${code}: ${output}`)
    return output
  }
  const lines = async <A>(...words: ReadonlyArray<string>): Promise<ReadonlyArray<A>> =>
    (await type(...words, "--json")).split("\n").filter((line) => line.startsWith("{")).map((line) =>
      JSON.parse(line) as A
    )
  const one = async <A>(...words: ReadonlyArray<string>): Promise<A> => JSON.parse(await type(...words, "--json")) as A
  const signed = (why: string, flag = "--reason") => ["--by", "ann", flag, why]
  const wordsOf = (item: string, change: Sale): ReadonlyArray<string> => {
    if (change === "opens in an hour") return ["open", item, "--at", "+1h"]
    if (change === "open") return ["open", item]
    if (change === "closed") return ["close", item]
    return "limit" in change
      ? ["limit", item, String(change.limit)]
      : ["price", item, (change.price / 100).toFixed(2), "EUR"]
  }
  return {
    by: "ann",
    stock: async (item, change, why) => {
      const words = "set" in change ? ["set", item, String(change.set)] : ["add", item, String(change.add)]
      await type("stock", ...words, ...signed(why))
    },
    sale: async (item, change, why) => void await type("sale", ...wordsOf(item, change), ...signed(why)),
    pauseAll: (why) => one<EveryItem>("sale", "pause", "--all", ...signed(why)),
    resumeAll: (why) => one<EveryItem>("sale", "resume", "--all", ...signed(why)),
    counts: (item) => one<Counts>("sale", "show", item),
    letters: () => lines<Letter>("dlq", "list", "--limit", "1000"),
    outlooks: async () => {
      const found = await lines<{ readonly id: string; readonly outcome: string }>(
        "dlq",
        "replay",
        "--all",
        "--dry-run"
      )
      return new Map(found.map(({ id, outcome }) => [id, outcome]))
    },
    replay: async (ids, why) => void await type("dlq", "replay", ...ids, ...signed(why, "--why")),
    discard: async (ids, why) => void await type("dlq", "discard", ...ids, ...signed(why, "--why")),
    handling: async (id) =>
      (await type("dlq", "show", id)).trim().replace(/^\S+ was (\w+) by (\w+) at [^ ]+: (.*)$/, "$1 by $2: $3")
  }
}

/** By the admin API alone. */
export const byApi = (url: string, key: string, by: string): Duty => {
  const ask = async <A>(path: string, body?: object, method = body === undefined ? "GET" : "POST"): Promise<A> => {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as A
  }
  const patchOf = (change: Sale): object => {
    if (change === "opens in an hour") return { opens_at: new Date(Date.now() + HOUR).toISOString(), closes_at: null }
    if (change === "open") return { opens_at: null, closes_at: null }
    if (change === "closed") return { opens_at: null, closes_at: new Date().toISOString() }
    return "limit" in change ? { per_user_limit: change.limit } : { price: change.price, currency: "EUR" }
  }
  const pages = async (cursor = ""): Promise<ReadonlyArray<Letter>> => {
    const page = await ask<{ readonly letters: ReadonlyArray<Letter>; readonly next?: string }>(
      `/dead-letters?limit=20${cursor}`
    )
    return page.next === undefined ? page.letters : [...page.letters, ...await pages(`&cursor=${page.next}`)]
  }
  interface Handled {
    readonly letters: ReadonlyArray<{ readonly id: string; readonly outcome: string }>
  }
  const handle = async (how: string, outcome: string, ids: ReadonlyArray<string>, reason: string) => {
    const { letters } = await ask<Handled>(`/dead-letters/${how}`, { ids, reason })
    const others = letters.filter((one) => one.outcome !== outcome)
    if (others.length > 0) throw new Error(`${how}: ${JSON.stringify(others)}`)
  }
  return {
    by,
    stock: async (item, change, reason) => void await ask(`/items/${item}/stock`, { ...change, reason }),
    sale: async (item, change, reason) =>
      void await ask(`/items/${item}/sale`, { ...patchOf(change), reason }, "PATCH"),
    pauseAll: (reason) => ask<EveryItem>("/sales/pause-all", { reason }),
    resumeAll: (reason) => ask<EveryItem>("/sales/resume-all", { reason }),
    counts: (item) => ask<Counts>(`/items/${item}`),
    letters: () => pages(),
    outlooks: async () => {
      const { letters } = await ask<Handled>("/dead-letters/replay", { filter: {}, dry_run: true, reason: "a look" })
      return new Map(letters.map(({ id, outcome }) => [id, outcome]))
    },
    replay: (ids, reason) => handle("replay", "replayed", ids, reason),
    discard: (ids, reason) => handle("discard", "discarded", ids, reason),
    handling: async (id) => {
      const { handling } = await ask<{ readonly handling: Readonly<Record<string, string>> }>(`/dead-letters/${id}`)
      return `${handling["action"]} by ${handling["by"]}: ${handling["reason"]}`
    }
  }
}
