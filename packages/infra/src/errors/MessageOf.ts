/** The message of an error, or the text of any other value that was thrown instead. */
export const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)
