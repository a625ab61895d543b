/** Lists in chunks of a bounded weight. */

/** Chunks in order. None is heavier than `most`, but for a chunk whose only member is. */
export const of = <A>(
  all: ReadonlyArray<A>,
  most: number,
  weightOf: (one: A) => number
): ReadonlyArray<ReadonlyArray<A>> => {
  const chunks: Array<Array<A>> = []
  let chunk: Array<A> = []
  let weight = 0
  for (const one of all) {
    const added = weightOf(one)
    if (chunks.length === 0 || weight + added > most) {
      chunk = []
      chunks.push(chunk)
      weight = 0
    }
    chunk.push(one)
    weight += added
  }
  return chunks
}
