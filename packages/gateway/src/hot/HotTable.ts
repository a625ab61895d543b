/** Which hot route a request is for, by its method and path. Pure. */
import type { HotRoute } from "./HotRoute.ts"

interface Entry {
  readonly route: HotRoute
  readonly method: string
  /** The path, up to what it names. */
  readonly path: string
  readonly hasId: boolean
}

/** What no client need escape, and the framework reads as it stands; no step of a path such as `..` begins so. */
const PLAIN_ID = /^[a-zA-Z0-9_-][a-zA-Z0-9_.~-]{0,199}$/

export interface Found {
  readonly route: HotRoute
  /** What the path names; empty where it names nothing. */
  readonly id: string
}

/** Finds the route of a request; undefined where the framework serves it. A path ends with what it names. */
export const make = (routes: ReadonlyArray<HotRoute>) => {
  const entries = routes.map((route): Entry => {
    const { method, route: template } = route.asked
    const [path = "", name] = template.split(":")
    return { route, method, path, hasId: name !== undefined }
  })
  return (method: string | undefined, url: string | undefined): Found | undefined => {
    if (url === undefined) return undefined
    for (const { hasId, method: wanted, path, route } of entries) {
      if (method !== wanted || !url.startsWith(path)) continue
      const id = url.slice(path.length)
      if (hasId ? PLAIN_ID.test(id) : id === "") return { route, id }
    }
    return undefined
  }
}
