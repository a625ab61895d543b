/** The methods that each path takes, for the header `Allow` of a 405. */
import { Api } from "@flash-sale/domain/api/Api"

interface Route {
  readonly method: string
  readonly path: RegExp
}

/** Beside those of the API. */
const OTHERS = ["/openapi.json", "/docs", "/metrics"]

const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`)

const routes: ReadonlyArray<Route> = [
  ...Object.values(Api.groups).flatMap(({ endpoints }) =>
    Object.values(endpoints).map(({ method, path }) => ({ method, path: pattern(path) }))
  ),
  ...OTHERS.map((path) => ({ method: "GET", path: pattern(path) }))
]

/** The value of `Allow` for a path; undefined where the path takes this method, or is not known. */
export const otherThan = (method: string, url: string): string | undefined => {
  const path = url.split("?", 1)[0]!
  const allowed = [...new Set(routes.flatMap((route) => route.path.test(path) ? [route.method] : []))]
  return allowed.length === 0 || allowed.includes(method) ? undefined : allowed.join(", ")
}
