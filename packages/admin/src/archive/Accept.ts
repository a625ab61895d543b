/** What an answer is asked for as, by the header `Accept` (RFC 9110). Pure. */

/** The types that are named, with how much each is wanted: 1 where nothing is said. */
const named = (accept: string): ReadonlyArray<readonly [type: string, quality: number]> =>
  accept.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase())
    const [, quality = "1"] = parameters.map((text) => /^q=([\d.]+)$/.exec(text)).find((found) => found !== null) ?? []
    return [type, Number(quality)]
  })

/** Whether a table is wanted more than JSON; of two that are wanted alike the first is. */
export const isCsv = (accept: string | undefined): boolean => {
  const [wanted] = named(accept ?? "")
    .filter(([type, quality]) => quality > 0 && ["text/csv", "application/json", "*/*"].includes(type))
    .toSorted(([, one], [, other]) => other - one)
  return wanted?.[0] === "text/csv"
}
