/** The text of bytes that come from elsewhere; undefined where they are none. */

const textBy = (options: { readonly ignoreBOM: boolean }) => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ...options })
  return (bytes: Uint8Array): string | undefined => {
    try {
      return decoder.decode(bytes)
    } catch {
      // Only a fatal decoding error can be thrown here; whoever keeps the bytes has them still.
      return undefined
    }
  }
}

/** Without the mark that some write at the beginning. */
export const textOf = textBy({ ignoreBOM: false })

/** That is written as these very bytes. */
export const exactTextOf = textBy({ ignoreBOM: true })
