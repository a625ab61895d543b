/** Whose token it is: the buyer's id, which an order has to name. Who is believed is for the engine to say. Pure. */

const claimsOf = (token: string): unknown => {
  try {
    const [, payload = ""] = token.split(".")
    const bytes = Uint8Array.from(
      atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
      (character) => character.charCodeAt(0)
    )
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // It is no token: the engine refuses it, and says so.
    return undefined
  }
}

/** The claim `sub`; undefined where there is none. */
export const subjectOf = (token: string): string | undefined => {
  const claims = claimsOf(token)
  if (typeof claims !== "object" || claims === null || !("sub" in claims)) return undefined
  return typeof claims.sub === "string" && claims.sub !== "" ? claims.sub : undefined
}
