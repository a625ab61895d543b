/** The methods that each path takes, for the header `Allow` of a 405. */
import { Api } from "@flash-sale/domain/api/Api"
import { Context } from "effect"

interface Route {
  readonly method: string
  readonly path: RegExp
}

/** Beside those of the API. */
const OTHERS = ["/openapi.json", "/metrics"]

const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`)

const routesWith = (others: ReadonlyArray<string>): ReadonlyArray<Route> => [
  ...Object.values(Api.groups).flatMap(({ endpoints }) =>
    Object.values(endpoints).map(({ method, path }) => ({ method, path: pattern(path) }))
  ),
  ...others.map((path) => ({ method: "GET", path: pattern(path) }))
]

/** The value of `Allow` for a path; undefined where the path takes this method, or is not known. */
export type OtherThan = (method: string, url: string) => string | undefined

/** `more` are paths that take GET beside those that every gateway has. */
export const make = (more: ReadonlyArray<string> = []): OtherThan => {
  const routes = routesWith([...OTHERS, ...more])
  return (method, url) => {
    const path = url.split("?", 1)[0]!
    const allowed = [...new Set(routes.flatMap((route) => route.path.test(path) ? [route.method] : []))]
    return allowed.length === 0 || allowed.includes(method) ? undefined : allowed.join(", ")
  }
}

/** That of this gateway. */
export const AllowedMethods: Context.Reference<OtherThan> = Context.Reference<OtherThan>(
  "@flash-sale/gateway/http/AllowedMethods",
  { defaultValue: () => make() }
)
