/**
 * JSON on the hot path. What comes out is `unknown`: whoever reads it checks every field that it takes.
 *
 * **Details**: a schema over JSON text costs ten times the parsing, so records and requests are first read by hand, with
 * the schemas of their single fields; only where that finds anything amiss does the whole schema say what it is.
 */

/** The value of a text; undefined where it is no JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // Only a text that is no JSON can throw here; that is an answer, not an accident.
    return undefined
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
