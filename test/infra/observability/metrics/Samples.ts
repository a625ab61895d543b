/** The text of `/metrics`, as one reads it: the value of each sample under its name and labels. */

export type Samples = ReadonlyMap<string, number>

/** Labels in the order of the alphabet. */
const inOrder = (name: string): string =>
  name.replace(/\{(.*)\}$/, (_, labels: string) => `{${labels.split(",").toSorted().join(",")}}`)

export const parse = (text: string): Samples =>
  new Map(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line): [string, number] => {
      const at = line.lastIndexOf(" ")
      return [inOrder(line.slice(0, at)), Number(line.slice(at + 1))]
    })
  )

/** What has changed from one reading to another, by how much; new samples count from 0. */
export const changes = (before: Samples, after: Samples): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const).filter(([, change]) =>
      change !== 0
    )
  )

/** Those of these metrics; of histograms the count alone. */
export const only = (
  samples: Readonly<Record<string, number>>,
  isWanted: (name: string) => boolean
): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(samples).filter(([name]) => !/_(bucket|sum)(\{|$)/.test(name) && isWanted(name)))
