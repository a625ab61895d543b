import { Api } from "@flash-sale/domain/api/Api"
import { OpenApi } from "effect/http-api"
import { expect, it } from "vitest"
import { lint } from "../../scripts/check-openapi.ts"

it("finds nothing in the document, and finds what is missing in it", () => {
  const { servers, ...rest } = OpenApi.fromApi(Api)
  expect(servers?.length).toBe(1)
  expect(lint({ ...rest, servers })).toEqual([])
  // A warning counts like an error.
  expect(lint({ ...rest, info: { ...rest.info, license: undefined } }).map(({ rule }) => rule).toSorted()).toEqual([
    "info-license",
    "no-empty-servers"
  ])
})
