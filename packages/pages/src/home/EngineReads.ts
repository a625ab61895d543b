/** What the first page asks of the engine. */
import type { ListedItem } from "./ItemWords.ts"

/** Of the parts of the engine; a part is away where nobody can say so. */
export interface EngineHealth {
  readonly isThere: boolean
  readonly isHealthy: boolean
  readonly redis: boolean
  readonly kafka: boolean
}

const TIMEOUT = 4_000

const read = async (
  path: string,
  outer: AbortSignal
): Promise<{ readonly ok: boolean; readonly body: unknown } | undefined> => {
  try {
    const signal = AbortSignal.any([outer, AbortSignal.timeout(TIMEOUT)])
    const response = await fetch(path, { signal, cache: "no-store" })
    return { ok: response.ok, body: await response.json() }
  } catch {
    // No answer, or none of the engine's, is one that is not there: the page says so.
    return undefined
  }
}

const fieldOf = (body: unknown, name: string): unknown =>
  typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>)[name] : undefined

const isItem = (value: unknown): value is ListedItem =>
  ["item_id", "now"].every((name) => typeof fieldOf(value, name) === "string") &&
  ["available", "held", "sold"].every((name) => typeof fieldOf(value, name) === "number") &&
  typeof fieldOf(value, "sale") === "object" && fieldOf(value, "sale") !== null

/** `items` is undefined where they cannot be read. */
export const lookAt = async (signal: AbortSignal) => {
  const [health, items] = await Promise.all([read("/health", signal), read("/items?limit=20", signal)])
  const listed = fieldOf(items?.body, "items")
  const found: EngineHealth = {
    isThere: health !== undefined,
    isHealthy: health?.ok === true,
    redis: fieldOf(health?.body, "redis") === true,
    kafka: fieldOf(health?.body, "kafka") === true
  }
  return { health: found, items: items?.ok === true && Array.isArray(listed) ? listed.filter(isItem) : undefined }
}
