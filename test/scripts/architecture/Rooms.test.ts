import { assert, describe, it } from "@effect/vitest"
import { checkRooms, PLAN } from "../../../scripts/architecture/Rooms.ts"
import { format } from "../../../scripts/Violation.ts"
import { file, places } from "./Files.ts"

const src = "packages/a/src"
const plan = { [src]: [["low"], ["left", "right"], ["high"]] }
/** Files that fill every room, and break no rule. */
const full = [
  file(`${src}/Main.ts`, "./low/Low.ts", "./high/High.ts"),
  file(`${src}/low/Low.ts`, "./Other.ts"),
  file(`${src}/left/Left.ts`, "../low/Low.ts"),
  file(`${src}/right/Right.ts`, "../low/Low.ts"),
  file(`${src}/high/High.ts`, "../left/Left.ts", "../low/Low.ts", "./inner/Deep.ts"),
  file(`${src}/high/inner/Deep.ts`, "../High.ts", "../../right/Right.ts")
]
const found = (path: string, ...imports: ReadonlyArray<string>) =>
  checkRooms([...full, file(`${src}/${path}`, ...imports)], plan).map(format)

describe("the rooms", () => {
  it("may know all floors below their own", () => {
    assert.deepStrictEqual(checkRooms(full, plan), [])
  })

  it("do not know a higher floor, also by types", () => {
    assert.deepStrictEqual(found("low/A.ts", "./Low.ts", "../high/High.ts"), [
      `${src}/low/A.ts:2 rooms: low must not know high, which is on a higher floor. ` +
      "Move what low needs to a floor below."
    ])
    assert.strictEqual(found("low/A.ts", "../high/High.ts").length, 1)
    assert.strictEqual(found("left/A.ts", "../high/inner/Deep.ts").length, 1)
    assert.strictEqual(found("low/inner/A.ts", "../../high/High.ts").length, 1)
  })

  it("do not know each other on one floor", () => {
    assert.deepStrictEqual(found("left/A.ts", "../right/Right.ts"), [
      `${src}/left/A.ts:1 rooms: left must not know right, which is on the same floor. ` +
      "Move what left needs to a floor below."
    ])
  })

  it("do not know files that are in no room", () => {
    assert.deepStrictEqual(found("high/A.ts", "../Main.ts"), [
      `${src}/high/A.ts:1 rooms: high must not know ${src}/Main.ts, which is in no room. ` +
      "Move that file to a floor below high."
    ])
  })

  it("except one import by name, as long as it is there", () => {
    const files = [...full, file(`${src}/low/A.ts`, "../Main.ts", "../high/High.ts")]
    const exceptions = { [`${src}/low/A.ts -> ${src}/Main.ts`]: "a reason" }
    assert.deepStrictEqual(places(checkRooms(files, plan, exceptions)), [`${src}/low/A.ts:2 rooms`])
    assert.deepStrictEqual(places(checkRooms(full, plan, exceptions)), [`${src}/low/A.ts:1 exceptions`])
  })

  it("are all in the plan, and the plan has no others", () => {
    assert.deepStrictEqual(found("new/A.ts", "../high/High.ts"), [
      `${src}/new:1 rooms: room "new" is not in the plan. Move its files, or put it on a floor of PLAN.`
    ])
    assert.deepStrictEqual(checkRooms(full.filter(({ path }) => !path.includes("/right/")), plan).map(format), [
      `${src}/right:1 rooms: room "right" has no files, but is in the plan. Take it out of PLAN.`
    ])
    assert.deepStrictEqual(places(checkRooms([file("packages/b/src/x/A.ts"), file("packages/b/src/B.ts")], {})), [
      "packages/b/src/x:1 rooms"
    ])
  })

  it("may be divided into rooms themselves", () => {
    const nested = { [src]: [["low"], ["kafka"]], [`${src}/kafka`]: [["client"], ["append"]] }
    const files = (...imports: ReadonlyArray<string>) => [
      file(`${src}/low/Low.ts`),
      file(`${src}/kafka/Kafka.ts`, "./client/Client.ts", "./append/Append.ts", "../low/Low.ts"),
      file(`${src}/kafka/append/Append.ts`, "../client/Client.ts", "../../low/Low.ts"),
      file(`${src}/kafka/client/Client.ts`, ...imports)
    ]
    assert.deepStrictEqual(checkRooms(files("../../low/Low.ts"), nested), [])
    assert.strictEqual(checkRooms(files("../append/Append.ts"), nested).length, 1)
    assert.strictEqual(checkRooms(files("../Kafka.ts"), nested).length, 1)
  })

  it("of infra keep the technologies apart", () => {
    const infra = "packages/infra/src"
    const rooms = { [infra]: PLAN[infra]! }
    const rules = (path: string, specifier: string) =>
      checkRooms([file(`${infra}/${path}`, specifier)], rooms).filter(({ message }) =>
        message.includes("must not know")
      )
    assert.strictEqual(rules("kafka/A.ts", "../redis/Keys.ts").length, 1)
    assert.strictEqual(rules("actor/A.ts", "../redis/Keys.ts").length, 1)
    assert.strictEqual(rules("redis/A.ts", "./Keys.ts").length, 0)
    assert.strictEqual(rules("redis/A.ts", "../actor/BatchLine.ts").length, 0)
    assert.strictEqual(rules("redis/A.ts", "../observability/Log.ts").length, 0)
  })

  it("of each package stand once in the plan", () => {
    for (const [folder, floors] of Object.entries(PLAN)) {
      assert.strictEqual(new Set(floors.flat()).size, floors.flat().length, folder)
    }
  })
})
