/** `GET /items`: several items in one answer, at a bounded cost. */
import { assert, layer } from "@effect/vitest"
import { MAX_ITEMS_NAMED } from "@flash-sale/domain/api/ItemsApi"
import { MAX_AGE_MILLIS, READS_PER_SECOND } from "@flash-sale/gateway/reads/ItemLists"
import { LOOKS_PER_SECOND } from "@flash-sale/gateway/reads/ItemPages"
import { Effect } from "effect"
import { Faults } from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const TEST_TIMEOUT = 30_000
/** Requests for pages that nobody has asked for. */
const FLOOD = 600

const itemsOf = ({ body }: TestGateway.Answer) => body["items"] as ReadonlyArray<Readonly<Record<string, unknown>>>

layer(TestGateway.layer(), { excludeTestServices: true, timeout: TEST_TIMEOUT })("The list of items", (it) => {
  it.effect(
    "the items that are named are shown as they are alone, and the others with the reason",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock("mug", 5)
        yield* TestGateway.stock("cap", 7)
        yield* TestGateway.sale("cap", { perUserLimit: 2, price: 4_900, currency: "EUR" })
        const answer = yield* gateway.get("/items?ids=mug,nothing,cap,mug")
        assert.strictEqual(answer.status, 200, answer.text)
        assert.deepStrictEqual(Object.keys(answer.body), ["items", "not_shown"])
        const [mug, cap, ...more] = itemsOf(answer)
        assert.deepStrictEqual(more, [])
        for (const one of [mug!, cap!]) {
          const { now: shownAt, ...shown } = one
          const { now, ...alone } = (yield* gateway.get(`/items/${String(one["item_id"])}`)).body
          assert.deepStrictEqual(shown, alone)
          assert.strictEqual(new Date(String(now)).toISOString(), now)
          assert.isAtMost(Math.abs(Date.parse(String(now)) - Date.parse(String(shownAt))), TEST_TIMEOUT)
        }
        assert.deepStrictEqual(answer.body["not_shown"], [{ item_id: "nothing", code: "unknown_item" }])
      }),
    TEST_TIMEOUT
  )

  it.effect("what is no list of ids is refused, and the field is named", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const many = Array.from({ length: MAX_ITEMS_NAMED + 1 }, (_, n) => `i-${n}`).join(",")
      const ids = ["?ids=", "?ids=a,,b", "?ids=a%20b", `?ids=${many}`, "?ids=a&ids=b"]
      const limits = ["?limit=0", "?limit=101", "?limit=1.5", "?limit=x", "?limit=", "?limit=1&limit=2"]
      const forged = [
        "?cursor=",
        "?cursor=x",
        "?cursor=0/1:%2e%2e%2f",
        "?cursor=-1/",
        "?cursor=0%2F1%3Aa%20b",
        `?cursor=0/1:${"a".repeat(101)}`
      ]
      for (const query of [...ids, ...limits, ...forged]) {
        const answer = yield* gateway.get(`/items${query}`)
        assert.strictEqual(answer.status, 400, `${query}: ${answer.text}`)
        assert.strictEqual(answer.body["code"], "validation_failed", answer.text)
        const [error] = answer.body["errors"] as ReadonlyArray<{ readonly field: string }>
        assert.match(error?.field ?? "", /^(ids|limit|cursor)(\.\d+)?$/, answer.text)
      }
      assert.strictEqual((yield* gateway.get(`/items?ids=${many.slice(4)}`)).status, 200)
    }), TEST_TIMEOUT)

  it.effect(
    "all items are on the pages, each on one, and a cursor of nowhere is the end",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const made = Array.from({ length: 23 }, (_, n) => `page-${n}`)
        for (const id of made) yield* TestGateway.stock(id, 1)
        const ids: Array<string> = []
        let next: unknown = ""
        for (let page = 0; next !== undefined; page++) {
          assert.isBelow(page, 40)
          const cursor = next === "" ? "" : `&cursor=${encodeURIComponent(String(next))}`
          const answer = yield* gateway.get(`/items?limit=5${cursor}`)
          assert.strictEqual(answer.status, 200, answer.text)
          assert.isAtMost(itemsOf(answer).length, 5)
          assert.deepStrictEqual(answer.body["not_shown"], [])
          ids.push(...itemsOf(answer).map((one) => String(one["item_id"])))
          next = answer.body["next"]
        }
        assert.strictEqual(new Set(ids).size, ids.length)
        assert.includeMembers(ids, made)
        const all = yield* gateway.get("/items?limit=100")
        assert.sameMembers(itemsOf(all).map((one) => String(one["item_id"])), ids)
        assert.notProperty(all.body, "next")
        const nowhere = yield* gateway.get("/items?cursor=9999/17:zzz")
        assert.deepStrictEqual([nowhere.status, nowhere.body], [200, { items: [], not_shown: [] }])
      }),
    TEST_TIMEOUT
  )

  it.effect(
    "a flood of different cursors is refused, and the page that everybody asks for is shown",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const first = Effect.map(gateway.get("/items"), ({ status }) => status)
        assert.strictEqual(yield* first, 200)
        let made = 0
        const flood = Effect.suspend(() => gateway.get(`/items?cursor=0/0:z${made++}&limit=${1 + (made % 100)}`))
        const begun = performance.now()
        const answers = yield* Effect.all(Array.from({ length: FLOOD }, () => flood), { concurrency: 20 })
        const seconds = (performance.now() - begun) / 1_000
        // Each looks into the four partitions of the file.
        assert.isAtMost(answers.filter(({ status }) => status === 200).length * 4, LOOKS_PER_SECOND * (1 + seconds))
        for (const { body, status } of answers) if (status !== 200) assert.strictEqual(body["code"], "overloaded")
        yield* TestGateway.until(gateway.get("/items"), ({ status }) => status === 200)
      }),
    TEST_TIMEOUT
  )

  it.effect("a store that is away is 503, as of one item", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* Faults
      yield* TestGateway.stock("pen", 1)
      faults.store = "away"
      const away = yield* gateway.get("/items?ids=pen,pencil")
      faults.store = "fine"
      assert.deepStrictEqual([away.status, away.body["code"]], [503, "store_unavailable"], away.text)
      assert.isNotNull(away.headers.get("retry-after"))
    }), TEST_TIMEOUT)

  it.effect(
    "a flood of different ids is refused, while items that are asked for often are shown",
    () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock("hot", 5)
        const page = "/items?ids=hot"
        yield* TestGateway.until(gateway.get(page), ({ status }) => status === 200)
        let made = 0
        const flood = Effect.suspend(() => {
          const ids = Array.from({ length: MAX_ITEMS_NAMED }, () => `flood-${made++}`)
          return gateway.get(`/items?ids=${ids.join(",")}`)
        })
        const requests = (3 * READS_PER_SECOND) / MAX_ITEMS_NAMED
        const begun = performance.now()
        const answers = yield* Effect.all(Array.from({ length: requests }, () => flood), { concurrency: 20 })
        const seconds = (performance.now() - begun) / 1_000
        const shown = answers.filter(({ status }) => status === 200).length * MAX_ITEMS_NAMED
        const refused = answers.filter(({ status }) => status === 503)
        assert.isAtMost(shown, READS_PER_SECOND * (1 + seconds))
        for (const { body } of refused) assert.strictEqual(body["code"], "overloaded")
        assert.isAtLeast(MAX_AGE_MILLIS, 100)
        // The door is not held up.
        assert.strictEqual(
          (yield* gateway.send(TestGateway.order({ item_id: "hot", request_id: "hot-1" }))).status,
          202
        )
        assert.strictEqual((yield* gateway.get("/items/hot")).status, 200)
      }),
    TEST_TIMEOUT
  )
})
