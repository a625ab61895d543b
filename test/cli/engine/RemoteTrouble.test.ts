/** What goes wrong on the way to an admin API: each in words, with its exit code, and before anything is changed. */
import { describe, expect, it, layer } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as TestAdmin from "../../admin/TestAdmin.ts"
import { freePort } from "../../servers/Ports.ts"
import { beside, layer as engineLayer, through, typed } from "./EitherWay.ts"

const TEST_TIMEOUT = 120_000
const KEY = { FLASH_SALE_KEY: "fs_ops_0123" }
const SET = "stock set 101 5 --reason flood"

/** An HTTP server that answers so, and its address. */
const server = (answer: RequestListener): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const made = createServer(answer)
        made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
      }),
      (made) =>
        Effect.callback<void>((resume) => {
          made.closeAllConnections()
          made.close(() => resume(Effect.void))
        })
    ),
    (made) => `http://127.0.0.1:${(made.address() as AddressInfo).port}`
  )

const json = (response: ServerResponse, status: number, body: object) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))

const CHANGED = {
  item_id: "101",
  available: 5,
  held: 0,
  sold: 0,
  stocked: 5,
  sale: { paused: false },
  position: { partition: 0, offset: 7 },
  repeated: true
}

describe("where to and with what", () => {
  it.live(
    "is refused in one line before anything is asked, and the address is not shown",
    () =>
      Effect.gen(function*() {
        const form = "must be http:// or https:// and a host, such as http://127.0.0.1:8081, and nothing behind it"
        const rows: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, string]> = [
          ["stock get 101", { FLASH_SALE_URL: "rubbish", ...KEY }, `FLASH_SALE_URL: ${form}`],
          ["stock get 101 --url ftp://h", KEY, `--url: ${form}`],
          ["stock get 101 --url http://h/console#key=fs_ops_secret", KEY, `--url: ${form}`],
          ["stock get 101 --url http://ops:secret@h", KEY, `--url: ${form}`],
          ["stock get 101 --url http://", KEY, `--url: ${form}`],
          ["stock get 101 --url http://h --embedded", KEY, "either --url or --data-dir and --embedded: not both"],
          [
            "stock get 101 --url http://127.0.0.1:1",
            {},
            "FLASH_SALE_KEY: is missing, and so is FLASH_SALE_KEY_FILE: " +
            "the admin API wants an api key (flash-sale key create)"
          ],
          [
            "stock get 101 --url http://127.0.0.1:1",
            { FLASH_SALE_KEY: "a b" },
            "FLASH_SALE_KEY, or the file that " +
            "FLASH_SALE_KEY_FILE names: is no api key, such as fs_ops_…"
          ],
          [
            "stock get 101 --url http://127.0.0.1:1",
            { ...KEY, FLASH_SALE_KEY_FILE: "/nowhere" },
            "FLASH_SALE_KEY_FILE: /nowhere does not exist (ENOENT)"
          ]
        ]
        for (const [line, env, words] of rows) {
          const { code, complaint, out } = yield* typed(line, env)
          expect([line, code, complaint.split("\n")[0], out]).toEqual([line, 2, `flash-sale: ${words}`, ""])
          expect(complaint).not.toContain("secret")
        }
      }),
    TEST_TIMEOUT
  )

  it.live("what cannot be reached is 3; a key in clear to another machine is warned of", () =>
    Effect.gen(function*() {
      const port = yield* Effect.promise(freePort)
      const away = "flash-sale: the admin API cannot be reached:"
      for (const line of ["stock get 101", SET, "dlq list", "overview --watch"]) {
        const { code, complaint } = yield* typed(`${line} --url http://127.0.0.1:${port}`, KEY)
        expect([line, code, complaint]).toEqual([line, 3, `${away} nothing listens there`])
      }
      const nowhere = yield* typed("stock get 101 --url http://nowhere.invalid:8081", KEY)
      expect([nowhere.code, nowhere.engine]).toEqual([3, ["engine: the admin API at http://nowhere.invalid:8081"]])
      const [warning, words] = nowhere.complaint.split("\n")
      expect(warning).toBe("flash-sale: the key travels in clear: use https://, or a tunnel (ssh -L)")
      expect(words).toMatch(/^flash-sale: the admin API cannot be reached: .*(no such host|cannot be looked up)$/)
    }), TEST_TIMEOUT)

  it.live("what answers and is no admin API is 3, and a redirect is not followed", () =>
    Effect.gen(function*() {
      let followed = 0
      const elsewhere = yield* server((_, response) => {
        followed++
        json(response, 200, CHANGED)
      })
      const leads = yield* server((_, response) => void response.writeHead(307, { location: elsewhere }).end())
      const redirected = yield* typed(`${SET} --url ${leads}`, KEY)
      expect([redirected.code, redirected.complaint, followed]).toEqual([
        3,
        "flash-sale: what answers there is no admin API: status 307, which leads elsewhere, and is not followed",
        0
      ])
      const page = yield* server((_, response) => void response.writeHead(404).end("<html>"))
      // As the port of the gateway answers.
      const gateway = yield* server((_, response) => json(response, 404, { error: "Not found", code: "not_found" }))
      for (const address of [page, gateway]) {
        const other = yield* typed(`stock get 101 --url ${address}`, KEY)
        expect([other.code, other.complaint]).toEqual([
          3,
          "flash-sale: what answers there is no admin API: status 404: is it the address of ADMIN_PORT?"
        ])
      }
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})

describe("an answer that is lost", () => {
  const keyOf = ({ headers }: IncomingMessage) => headers["idempotency-key"]

  it.live("is asked for again under the same key, until there is one", () =>
    Effect.gen(function*() {
      const keys: Array<unknown> = []
      const url = yield* server((request, response) => {
        keys.push(keyOf(request))
        if (keys.length === 1) request.socket.destroy()
        else if (keys.length === 2) response.writeHead(502).end("bad gateway")
        else if (keys.length === 3) {
          json(response, 503, {
            error: "Service temporarily unavailable",
            code: "outcome_unknown",
            retryable: true,
            correlation_id: "c-1",
            retry_after_seconds: 1
          })
        } else json(response, 200, CHANGED)
      })
      const { code, complaint, out } = yield* typed(`${SET} --url ${url}`, KEY)
      expect([code, complaint, out]).toEqual([0, "", "item 101: available 5, held 0, sold 0"])
      expect(keys.length).toBe(4)
      expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
      expect(new Set(keys).size).toBe(1)
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live("of units that are taken out, says that nobody knows how many there were", () =>
    Effect.gen(function*() {
      let asked = 0
      const url = yield* server((request, response) => {
        if (asked++ === 0) request.socket.destroy()
        else json(response, 200, CHANGED)
      })
      const { code, complaint } = yield* typed(`stock add 101 -9 --reason flood --url ${url}`, KEY)
      expect([code, complaint]).toEqual([
        0,
        "flash-sale: its first answer was lost: whether there were as many units to take out is not known"
      ])
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live(
    "is unknown, 4, where none comes, also where the engine then refuses; a change of a sale is sent once",
    () =>
      Effect.gen(function*() {
        let asked = 0
        const url = yield* server((request, response) => {
          if (asked++ === 0) request.socket.destroy()
          else json(response, 401, { error: "No", code: "unauthenticated", retryable: false, correlation_id: "c-1" })
        })
        const [stock, sale] = yield* Effect.all([
          typed(`${SET} --url ${url}`, KEY),
          Effect.gen(function*() {
            let sent = 0
            const silent = yield* server((request) => {
              sent++
              request.socket.destroy()
            })
            const result = yield* typed(`sale pause 101 --reason flood --url ${silent}`, KEY)
            return { ...result, sent }
          })
        ], { concurrency: 2 })
        expect([stock.code, stock.complaint]).toEqual([
          4,
          expect.stringMatching(/^flash-sale: nobody knows whether it was/)
        ])
        expect(asked).toBe(11)
        expect([sale.code, sale.complaint, sale.sent]).toEqual([
          4,
          expect.stringMatching(/^flash-sale: nobody knows whether it was recorded: .*; look before trying again$/),
          1
        ])
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )
})

layer(engineLayer(0), { excludeTestServices: true, timeout: 60_000 })("a running engine", (it) => {
  it.effect(
    "refuses wrong keys and missing scopes in words, 2, and a change without a reason is not sent",
    () =>
      Effect.gen(function*() {
        yield* beside("stock set 101 5")
        const unknown =
          "flash-sale: the engine does not know the key in FLASH_SALE_KEY or FLASH_SALE_KEY_FILE, or it has " +
          "expired or been revoked"
        const lacks = (scope: string) =>
          `flash-sale: the key in FLASH_SALE_KEY or FLASH_SALE_KEY_FILE has not the scope ${scope}`
        const noReason = (flag: string) => `flash-sale: ${flag}: is missing: the admin API wants to know why`
        const rows: ReadonlyArray<readonly [string, string, number, string]> = [
          ["stock get 101", "wrong", 2, unknown],
          ["stock get 101", TestAdmin.TOKEN, 2, lacks("read")],
          ["stock get 101", "stocker", 2, lacks("read")],
          ["stock set 101 9 --reason flood", "reader", 2, lacks("stock")],
          ["sale pause 101 --reason flood", "reader", 2, lacks("sale")],
          ["sale pause --all --reason flood", "stocker", 2, lacks("sale")],
          ["dlq list", "reader", 2, lacks("dlq")],
          ["dlq replay --all --why back", "reader", 2, lacks("dlq")],
          ["overview", "mender", 2, lacks("read")],
          ["overview --watch", "mender", 2, lacks("read")],
          ["stock set 101 9", "ops", 2, noReason("--reason")],
          ["sale limit 101 2", "ops", 2, noReason("--reason")],
          ["sale pause --all", "ops", 2, noReason("--reason")],
          ["dlq replay --all", "ops", 2, noReason("--why")],
          [
            "stock set 101 9 --by me --reason flood",
            "ops",
            2,
            "flash-sale: --by: the admin API knows who it is by the " +
            "key: leave --by out"
          ],
          [
            "stock set 101 9 --create --reason flood",
            "ops",
            2,
            "flash-sale: --create makes the engine's folder and file, " +
            "or its topics: not through the admin API"
          ],
          [
            "stock add new 9 --create --reason flood",
            "ops",
            2,
            "flash-sale: --create: an item begins by stock set, " +
            "through the admin API"
          ],
          ["sale price 101 12.50 EUR --reason flood", "ops", 0, ""],
          ["sale close 101 --at 2031-01-01T00:00:00Z --reason flood", "ops", 0, ""],
          ["sale open 101 --at 2030-01-01T00:00:00Z --reason flood", "ops", 0, ""]
        ]
        for (const [line, key, code, words] of rows) {
          const result = yield* through(line, key)
          expect([line, result.code, result.complaint]).toEqual([line, code, words])
        }
        expect((yield* beside("stock get 101")).out).toBe("item 101: available 5, held 0, sold 0")
      }),
    TEST_TIMEOUT
  )
})

layer(engineLayer(0, false), { excludeTestServices: true, timeout: 60_000 })("an engine without keys", (it) => {
  it.effect("lets nobody ask, and says what makes one", () =>
    Effect.gen(function*() {
      const { code, complaint } = yield* through("stock get 101")
      expect([code, complaint]).toEqual([
        3,
        "flash-sale: the engine has no api keys, so nobody may ask: flash-sale key create, beside it, makes one"
      ])
    }), TEST_TIMEOUT)
})
