/** The whole schedule of a delivery that nobody takes, in a real process whose clock is moved, back as well. */
import * as RetrySchedule from "@flash-sale/domain/webhooks/RetrySchedule"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import { make, PATIENCE, SHOP } from "./WebhookScene.ts"

const DAY = 24 * 60 * 60 * 1_000
/** A little beyond the longest that a wait may be. */
const beyond = (wait: number): number => Math.ceil(wait * (1 + RetrySchedule.JITTER)) + 1_000
/** The wait in which the clock is set back, by more than any wait: what was dated by the other clock is due then. */
const SET_BACK = 3
const STEPS = RetrySchedule.WAITS.map((wait, index) => index === SET_BACK ? -3 * DAY : beyond(wait))
const TIMEOUT = 240_000
const TEST = "test-1"
const PRELOAD = fileURLToPath(new URL("SteppingDate.ts", import.meta.url))

it(
  "A delivery is tried ten times in three days, then it is dead, and a replay sends it",
  { timeout: TIMEOUT },
  async () => {
    const scene = await make({ NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_STEPS: [...STEPS, 30 * DAY].join() })
    const { answer, ask, receiver, service, tell, untilStanding } = scene
    const move = () => void process.kill(service.pid(), "SIGUSR2")
    const delivery = async () =>
      (await ask(({ deliveries }) => deliveries({ endpoint: SHOP }, undefined, 1))).entries[0]
    const untilTried = async (attempts: number) => {
      await until(`it is tried ${attempts} times`, async () => (await delivery())?.attempts === attempts, PATIENCE)
      expect(receiver.received.length).toBe(attempts)
      return (await delivery())!
    }
    answer(500)
    await tell.call(scene, 1)
    for (const [index, wait] of RetrySchedule.WAITS.entries()) {
      const { dueAt, lastAttemptAt, state } = await untilTried(index + 1)
      expect(state).toBe("waiting")
      expect(dueAt! - lastAttemptAt!).toBeGreaterThanOrEqual(wait)
      expect(dueAt! - lastAttemptAt!).toBeLessThanOrEqual(wait * (1 + RetrySchedule.JITTER))
      move()
    }
    const last = await untilTried(RetrySchedule.WAITS.length + 1)
    expect(last).toMatchObject({ state: "dead", dueAt: undefined, error: "answered 500", status: 500 })
    // Each attempt was signed at its own moment, by the clock of the process.
    const moments = receiver.received.map(({ headers }) => Number(headers["webhook-timestamp"]) * 1_000)
    for (const [index, wait] of RetrySchedule.WAITS.entries()) {
      const waited = moments[index + 1]! - moments[index]!
      if (index === SET_BACK) expect(waited).toBeLessThan(-2 * DAY)
      else expect(waited).toBeGreaterThanOrEqual(wait - 1_000)
    }
    move()
    // The clock has stepped where what is sent now is of a month later, and the dead delivery is not sent with it.
    const isLater = () => {
      const { headers, id } = receiver.received.at(-1)!
      return id === TEST && Number(headers["webhook-timestamp"]) * 1_000 > moments.at(-1)! + 29 * DAY
    }
    await ask(({ test }) => test(SHOP, TEST, { by: "ops" }, 1))
    await until("a test is sent a month later", isLater, PATIENCE)
    await untilStanding("it is dead still", (now) => now?.dead === 1 && now.waiting === 0)
    expect(receiver.received.length).toBe(RetrySchedule.WAITS.length + 2)
    answer(204)
    await ask(({ replay }) => replay(SHOP, { _tag: "Dead" }, { by: "ops" }, 1, undefined))
    await scene.untilTaken()
    await untilStanding("nothing is left", (now) => now?.dead === 0 && now.waiting === 0)
    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set([scene.ids[0], TEST]))
  }
)
