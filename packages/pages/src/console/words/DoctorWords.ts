/** Which page of the console is about what `doctor` has found, and texts with names of settings in them. Pure. */

/** Pages by the first part of a finding's id. */
const PAGES: Readonly<Record<string, readonly [page: string, words: string]>> = {
  letters: ["dead-letters", "Dead letters"],
  webhooks: ["webhooks", "Webhooks"],
  keys: ["keys", "Keys"],
  holds: ["items", "Items"],
  refunds: ["orders", "Orders"]
}

/** The page by its name, and its words; undefined where there is none. */
export const pageOf = (id: string): readonly [page: string, words: string] | undefined => {
  const [group = ""] = id.split(".", 1)
  return Object.hasOwn(PAGES, group) ? PAGES[group] : undefined
}

export interface TextPart {
  readonly text: string
  readonly isCode: boolean
}

/** What stands between backticks is code. */
export const partsOf = (text: string): ReadonlyArray<TextPart> =>
  text.split("`").map((text, place) => ({ text, isCode: place % 2 === 1 })).filter(({ text }) => text !== "")
