/**
 * The paths that the gateway serves, each in one spelling: what a proxy lets through or keeps out by its path must not
 * be another path here. Pure. Why: docs/decisions/0035-what-a-request-may-be.md.
 */
import { Api } from "@flash-sale/domain/api/Api"
import { Context } from "effect"
import * as Brought from "./Brought.ts"
import * as AsyncApiRoute from "./documents/AsyncApiRoute.ts"

export interface Path {
  /** As the API has it: `/orders/:request_id`. */
  readonly template: string
  readonly methods: ReadonlyArray<string>
}

/** Beside those of the API. */
const OTHERS = ["/openapi.json", AsyncApiRoute.PATH, "/metrics"]

const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`)

/** The target of a request without its query. */
const withoutQuery = (url: string): string => url.split("?", 1)[0]!

/** The path of a request's target; undefined where there is none in this spelling. */
export type Find = (url: string) => Path | undefined

export interface Endpoint {
  readonly method: string
  readonly path: string
}

const hasParameters = (template: string): boolean => template.includes(":")

/** Finds the path among those of these endpoints. One without parameters comes before one that would match as well. */
export const finder = (endpoints: ReadonlyArray<Endpoint>): Find => {
  const templates = [...new Set(endpoints.map(({ path }) => path))]
  const inOrder = [...templates.filter((path) => !hasParameters(path)), ...templates.filter(hasParameters)]
  const paths = inOrder.map((template) => ({
    template,
    pattern: pattern(template),
    methods: endpoints.filter(({ path }) => path === template).map(({ method }) => method)
  }))
  return (url) => {
    const path = withoutQuery(url)
    return paths.find(({ pattern }) => pattern.test(path))
  }
}

/** `more` are paths that take GET beside those that every gateway has. */
export const make = (more: ReadonlyArray<string> = []): Find =>
  finder([
    ...Object.values(Api.groups).flatMap((group) => Object.values(group.endpoints)),
    ...[...OTHERS, ...more].map((path) => ({ method: "GET", path }))
  ])

/** Those of this gateway. */
export const Paths: Context.Reference<Find> = Context.Reference<Find>("@flash-sale/gateway/http/Paths", {
  defaultValue: () => make()
})

/** The value of `Allow` where the path takes other methods than this one. What can be read takes HEAD, too. */
export const otherThan = (method: string, { methods }: Path): string | undefined =>
  methods.includes(method === "HEAD" ? "GET" : method) ? undefined : methods.join(", ")

/** What a request for this target means to bring. */
export const broughtBy = (method: string, url: string): Brought.Brought | undefined =>
  Brought.by(method, withoutQuery(url))

/** A `;` in a path belongs to an id, as clients need not escape it there; the router would end the path at it. */
export const withEscapes = (url: string): string => {
  const path = withoutQuery(url)
  return path.replaceAll(";", "%3B") + url.slice(path.length)
}
