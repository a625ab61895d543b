/** What waits, in portions of a bounded weight. */

/** In order; none is heavier than `most`, but for one of a single member that is so alone. */
export const of = <A>(
  all: ReadonlyArray<A>,
  most: number,
  weightOf: (one: A) => number
): ReadonlyArray<ReadonlyArray<A>> => {
  const portions: Array<Array<A>> = []
  let portion: Array<A> = []
  let weight = 0
  for (const one of all) {
    const added = weightOf(one)
    if (portions.length === 0 || weight + added > most) {
      portion = []
      portions.push(portion)
      weight = 0
    }
    portion.push(one)
    weight += added
  }
  return portions
}
