/** What ARCHIVE_URL and ARCHIVE_TLS_CA_FILE may be, and what is said where they make no sense. */
import { expect, it } from "@effect/vitest"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Effect } from "effect"
import { afterAll, beforeAll, describe } from "vitest"
import { type Certificates, make } from "../../servers/Certificates.ts"

let certificates: Certificates
beforeAll(async () => {
  certificates = await make()
}, 60_000)
afterAll(() => certificates.remove())

const read = (env: Readonly<Record<string, string>>) =>
  Settings.ArchiveSettings.parse(ConfigProvider.fromUnknown(env)).pipe(
    Effect.map(({ ca }) => ca === undefined ? "none" : "an authority"),
    Effect.catch((error) => Effect.succeed(String(error.message)))
  )

const URL_TO = "postgres://shop:secret@db.example/archive"

describe("the settings of the archive", () => {
  for (
    const [what, url, fileOf, said] of [
      ["nothing", undefined, undefined, "none"],
      ["an address alone", URL_TO, undefined, "none"],
      ["an authority", `${URL_TO}?sslmode=require`, ({ ca }: Certificates) => ca, "an authority"],
      ["one, by another word", `${URL_TO}?sslmode=verify-full`, ({ ca }: Certificates) => ca, "an authority"],
      ["one without TLS", URL_TO, ({ ca }: Certificates) => ca, "ARCHIVE_URL does not end in ?sslmode=require"],
      ["one where TLS is a wish", `${URL_TO}?sslmode=prefer`, ({ ca }: Certificates) => ca, "does not end in"],
      ["one without an address", undefined, ({ ca }: Certificates) => ca, "and ARCHIVE_URL is not"],
      ["a key in its place", `${URL_TO}?sslmode=require`, ({ server }: Certificates) => server.key, "no certificate"],
      [
        "a file that is not there",
        `${URL_TO}?sslmode=require`,
        () => "/nowhere.pem",
        "ARCHIVE_TLS_CA_FILE: /nowhere.pem does not exist"
      ],
      ["another kind of database", "mysql://shop@db.example/archive", undefined, "ARCHIVE_URL: is not the URL"]
    ] as const
  ) {
    it.effect(`${what}: ${said}`, () =>
      Effect.gen(function*() {
        const file = fileOf?.(certificates)
        const found = yield* read({
          ...(url === undefined ? {} : { ARCHIVE_URL: url }),
          ...(file === undefined ? {} : { ARCHIVE_TLS_CA_FILE: file })
        })
        expect(found).toContain(said)
        expect(found).not.toContain("secret")
      }))
  }
})
