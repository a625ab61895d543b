/** Decoding UTF-8 that comes from outside; undefined where the bytes are not UTF-8. */

const textBy = (options: { readonly ignoreBOM: boolean }) => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ...options })
  return (bytes: Uint8Array): string | undefined => {
    try {
      return decoder.decode(bytes)
    } catch {
      // Only a fatal decoding error is thrown here; the caller still has the bytes.
      return undefined
    }
  }
}

/** The text, without a byte order mark at its beginning. */
export const textOf = textBy({ ignoreBOM: false })

/** The text whose encoding is exactly these bytes: a byte order mark is kept. */
export const exactTextOf = textBy({ ignoreBOM: true })
