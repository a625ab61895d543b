/** Why something that tests need cannot be had here. A plain value, because vitest hands it from process to process. */
export interface Unavailable {
  readonly reason: string
}

/** An address or a path, or why there is none. */
export type Found = string | Unavailable

export const isUnavailable = (found: Found): found is Unavailable => typeof found !== "string"

/** What `get` answers, or the message it throws as the reason. */
export const orReason = async (get: () => Promise<string>): Promise<Found> => {
  try {
    return await get()
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}
