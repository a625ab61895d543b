/**
 * JSON on the hot path. The result is `unknown`: the caller checks every field that it takes.
 *
 * **Details**: a schema over JSON text costs ten times the parsing, so records and requests are first read field by
 * field, with the checks of the single fields. The whole schema reads only what these reject, and says what is wrong.
 */

/** The value of a text; undefined where it is no JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // Only a text that is no JSON throws here, which is an expected answer.
    return undefined
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
