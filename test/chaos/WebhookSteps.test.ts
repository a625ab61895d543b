/**
 * Webhooks on PostgreSQL, killed with -9 at each step of a delivery: a trigger holds the step in its transaction until
 * the process is dead, or the receiver kills it between a request and its answer. Afterwards another process tells all
 * that there is to tell.
 */
import { Effect } from "effect"
import { Webhook } from "standardwebhooks"
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Test from "../webhooks/TestWebhooks.ts"
import { EVENTS, make, PATIENCE, type Scene, SHOP } from "./WebhookScene.ts"

const TIMEOUT = 180_000
const OPERATOR = { by: "ops", reason: "a test" }

/** Stands in the transaction for longer than it takes to kill who runs it. */
const STAND = `CREATE FUNCTION stand() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_sleep(60); RETURN coalesce(NEW, OLD); END $$`
const STANDS = "datname = current_database() AND wait_event = 'PgSleep'"

interface Step {
  readonly name: string
  /** What is so before the step. */
  readonly before?: (scene: Scene) => Promise<unknown>
  /** Where it is held: `<when> ON <table> FOR EACH ROW …`. */
  readonly trigger: string
  readonly act: (scene: Scene) => Promise<unknown>
  /** What must be so in the end, beside that all events were taken. */
  readonly after?: (scene: Scene) => Promise<unknown>
}

const tell = (scene: Scene) => scene.tell()

/** All have failed once. */
const failing = async (scene: Scene) => {
  scene.answer(500)
  await scene.tell()
  await scene.untilStanding("all wait", (now) => now?.waiting === EVENTS)
}

const replayed = async (scene: Scene) => {
  await scene.tell()
  await scene.untilTaken()
}

const STEPS: ReadonlyArray<Step> = [
  {
    name: "takes the lease",
    before: async (scene) => {
      expect(await scene.service.stop()).toEqual({ code: 0, signal: null })
      await scene.tell()
    },
    trigger: "BEFORE UPDATE OF holder ON webhook_endpoints FOR EACH ROW WHEN (NEW.holder IS NOT NULL)",
    act: ({ service }) => service.start()
  },
  {
    name: "renews the lease",
    before: tell,
    trigger: "BEFORE UPDATE OF holder ON webhook_endpoints FOR EACH ROW WHEN (NEW.holder = OLD.holder)",
    act: tell
  },
  {
    name: "moves the cursor over what was taken",
    trigger: "BEFORE UPDATE OF cursor ON webhook_endpoints FOR EACH ROW WHEN (NEW.cursor > OLD.cursor)",
    act: tell,
    // What was taken, and was not written down, comes again.
    after: ({ ids, receiver }) => Promise.resolve(expect(receiver.received.length).toBeGreaterThan(ids.length))
  },
  {
    name: "keeps what has failed",
    before: ({ answer }) => Promise.resolve(answer(500)),
    trigger: "BEFORE INSERT ON webhook_deliveries FOR EACH ROW",
    act: tell
  },
  {
    name: "forgets what was taken at last",
    before: failing,
    trigger: "BEFORE DELETE ON webhook_deliveries FOR EACH ROW",
    act: ({ answer }) => Promise.resolve(answer(204))
  },
  {
    name: "dates anew what has failed again",
    before: failing,
    trigger: "BEFORE UPDATE ON webhook_deliveries FOR EACH ROW",
    act: () => Promise.resolve()
  },
  {
    name: "writes down that the endpoint is gone",
    before: ({ answer }) => Promise.resolve(answer(410)),
    trigger: "BEFORE UPDATE OF gone_at ON webhook_endpoints FOR EACH ROW WHEN (NEW.gone_at IS NOT NULL)",
    act: tell
  },
  {
    name: "takes a step of a replay",
    before: replayed,
    trigger: "BEFORE UPDATE ON webhook_replays FOR EACH ROW",
    act: ({ ask, ids }) => ask(({ replay }) => replay(SHOP, { _tag: "Ids", ids: [...ids] }, OPERATOR, 1, undefined)),
    after: ({ receiver, taken, untilStanding }) =>
      Promise.all([
        untilStanding("the replay is over", (now) => now?.replays === 0 && now.waiting === 0),
        until("all were taken twice", () => receiver.received.length >= taken.size + EVENTS, PATIENCE)
      ])
  },
  {
    name: "writes down what became of a test",
    trigger: "BEFORE UPDATE ON webhook_tests FOR EACH ROW",
    act: ({ ask }) => ask(({ test }) => test(SHOP, "test-1", OPERATOR, 1)),
    after: ({ ask }) =>
      until(
        "the outcome is known",
        () => ask(({ outcome }) => Effect.map(outcome("test-1"), (one) => one?.isDelivered === true)),
        PATIENCE
      )
  }
]

/** Lets another process take over at once: that a lease ends by itself is for other tests. */
const endLease = ({ sql }: Scene) => sql("UPDATE webhook_endpoints SET held_until = 0")

const goOn = async (scene: Scene) => {
  const { answer, ids, receiver, service, taken, untilStanding } = scene
  answer(204)
  await scene.tell()
  await endLease(scene)
  await service.start()
  await scene.untilTaken()
  await untilStanding("nothing waits", (now) => now?.waiting === 0 && now.dead === 0)
  const events = new Set(receiver.received.map(({ id }) => id).filter((id) => !id.startsWith("test-")))
  expect([...events].toSorted()).toEqual(ids.toSorted())
  expect(ids.filter((id) => !taken.has(id))).toEqual([])
}

it.each(STEPS)("Killed as it $name", { timeout: TIMEOUT }, async ({ act, after, before, trigger }) => {
  const stage = await make()
  await stage.sql(STAND)
  await before?.(stage)
  const [when, how] = trigger.split(" FOR EACH ROW")
  await stage.sql(`CREATE TRIGGER standing ${when} FOR EACH ROW${how} EXECUTE FUNCTION stand()`)
  await act(stage)
  await until(
    "the step stands",
    async () => (await stage.sql(`SELECT 1 FROM pg_stat_activity WHERE ${STANDS}`)).length > 0,
    PATIENCE
  )
  await stage.service.killHard()
  await stage.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${STANDS}`)
  await stage.sql(`DROP TRIGGER standing ON ${/ ON (\w+)/.exec(when!)![1]}`)
  await goOn(stage)
  await after?.(stage)
  expect(await stage.service.stop()).toEqual({ code: 0, signal: null })
})

it("Killed between a request and its answer", { timeout: TIMEOUT }, async () => {
  const stage = await make()
  const killed = new Promise<void>((resolve) => {
    stage.receiver.answer = () => void stage.service.killHard().then(resolve)
  })
  await stage.tell()
  await killed
  await goOn(stage)
})

it("Killed while its secret is replaced, and deliveries wait", { timeout: TIMEOUT }, async () => {
  const stage = await make()
  const next = Test.newSecret()
  await failing(stage)
  const killed = new Promise<void>((resolve) => {
    stage.receiver.answer = (response, { headers }) => {
      if (String(headers["webhook-signature"]).split(" ").length === 2) void stage.service.killHard().then(resolve)
      else response.writeHead(500).end()
    }
  })
  await stage.write([next, stage.secret])
  await killed
  const before = stage.receiver.received.length
  await stage.write(next)
  await goOn(stage)
  for (const { body, headers, id } of stage.receiver.received.slice(before)) {
    expect(new Webhook(next).verify(body, headers as Record<string, string>)).toMatchObject({ id })
  }
})
