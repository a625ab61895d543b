/** The paths of the admin port, each in one spelling. */
import { AdminApi } from "@flash-sale/domain/api/admin/AdminApi"
import * as Docs from "@flash-sale/gateway/http/Docs"
import * as Paths from "@flash-sale/gateway/http/Paths"

const endpoints = Object.values(AdminApi.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ method, path }: { readonly method: string; readonly path: string }) => ({
    method,
    path
  }))
)

/** With the page of the documentation, where it is served. */
export const make = (docs: boolean): Paths.Find =>
  Paths.finder([
    ...endpoints,
    { method: "GET", path: "/openapi.json" },
    ...(docs ? [{ method: "GET", path: Docs.PATH }] : [])
  ])
