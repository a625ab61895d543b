/** The paths of the admin port, each in one spelling. */
import { AdminApi } from "@flash-sale/domain/api/admin/AdminApi"
import * as AsyncApiRoute from "@flash-sale/gateway/http/documents/AsyncApiRoute"
import * as Docs from "@flash-sale/gateway/http/documents/Docs"
import * as Paths from "@flash-sale/gateway/http/Paths"
import * as PageRoutes from "@flash-sale/pages/server/PageRoutes"

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
    { method: "GET", path: AsyncApiRoute.PATH },
    ...PageRoutes.CONSOLE_PATHS.map((path) => ({ method: "GET", path })),
    ...(docs ? [{ method: "GET", path: Docs.PATH }] : [])
  ])
