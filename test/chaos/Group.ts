/** How far the processors have come in the log: what their group has committed is final and published. */
import { Kafka, logLevel } from "kafkajs"
import { until } from "../servers/Processes.ts"

const TOPIC = "orders"
const GROUP = "order-processor"
const CONNECT_MILLIS = 1_000
const REQUEST_MILLIS = 2_000

type Offsets = ReadonlyMap<number, number>

export interface Group {
  /**
   * Waits until all that is in the log now is final and published, and says how many seconds that took. Fails if it
   * takes longer than so many milliseconds.
   */
  readonly catchUp: (withinMillis: number) => Promise<number>
}

const offsetsOf = (rows: ReadonlyArray<{ readonly partition: number; readonly offset: string }>): Offsets =>
  // Of a partition of which nothing is committed Kafka says -1.
  new Map(rows.map(({ offset, partition }) => [partition, Math.max(0, Number(offset))]))

export const of = (brokers: ReadonlyArray<string>): Group => {
  /** Asks over a connection of its own: the broker of an earlier one may be gone. Undefined without an answer. */
  const ask = async <A>(question: (admin: ReturnType<Kafka["admin"]>) => Promise<A>): Promise<A | undefined> => {
    const admin = new Kafka({
      brokers: [...brokers],
      connectionTimeout: CONNECT_MILLIS,
      requestTimeout: REQUEST_MILLIS,
      retry: { retries: 1 },
      logLevel: logLevel.NOTHING
    }).admin()
    try {
      await admin.connect()
      return await question(admin)
    } catch {
      return undefined
    } finally {
      await admin.disconnect().catch(() => {})
    }
  }
  const ends = () => ask(async (admin) => offsetsOf(await admin.fetchTopicOffsets(TOPIC)))
  const committed = () =>
    ask(async (admin) => {
      const [orders] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] })
      return offsetsOf(orders?.partitions ?? [])
    })
  return {
    catchUp: async (withinMillis) => {
      const from = performance.now()
      let end: Offsets | undefined
      let done: Offsets | undefined
      const behind = () => [...end ?? []].filter(([partition, offset]) => (done?.get(partition) ?? 0) < offset)
      await until("the log says how long it is", async () => (end = await ends()) !== undefined, withinMillis)
      const left = withinMillis - (performance.now() - from)
      await until("all of it is final", async () => {
        done = await committed()
        return done !== undefined && behind().length === 0
      }, left).catch((error: unknown) => {
        const lines = behind().map(([partition, offset]) => `${partition}: ${done?.get(partition)} of ${offset}`)
        throw new Error(`not final within ${withinMillis} ms, by partition: ${lines.join(", ")}`, { cause: error })
      })
      return (performance.now() - from) / 1_000
    }
  }
}
