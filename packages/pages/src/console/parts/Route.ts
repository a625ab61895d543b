/** Where in the console one is, by the fragment of the address: `#/items/101?cursor=…`. No server sees it. Pure. */

export interface Route {
  /** The parts of the path: `["items", "101"]`. */
  readonly path: ReadonlyArray<string>
  readonly query: URLSearchParams
}

/** As it stands there where it is no text. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const routeOf = (fragment: string): Route => {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?", 2)
  return { path: path.split("/").filter((part) => part !== "").map(decoded), query: new URLSearchParams(query) }
}

/** The address of a place in the console. */
export const hrefOf = (
  path: ReadonlyArray<string>,
  query: Readonly<Record<string, string | undefined>> = {}
): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") search.set(name, value)
  return `#/${path.map(encodeURIComponent).join("/")}${search.size === 0 ? "" : `?${search}`}`
}
