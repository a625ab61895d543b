/** Each measures one part of the engine once: all builds in turn, each started afresh. */
import * as Embedded from "../Embedded.ts"
import * as FrontDoor from "../FrontDoor.ts"
import * as Log from "../Log.ts"
import * as Processor from "../Processor.ts"
import * as Recovery from "../Recovery.ts"
import * as Services from "../Services.ts"
import * as Start from "../Start.ts"
import type { BareCosts } from "./BareServer.ts"
import type { Build, Samples } from "./Samples.ts"

/** Each build with its folder. */
export type Builds = ReadonlyArray<readonly [Build, folder: string]>

export interface Section {
  readonly name: string
  readonly measure: (builds: Builds, samples: Samples, bare: BareCosts) => Promise<void>
}

/** By ratios to a bare server that is measured in turn with both. */
const door: Section = {
  name: "door",
  measure: async (builds, samples) => {
    const ratios = await FrontDoor.ratios(builds.find(([build]) => build === "before")?.[1])
    for (const [build] of builds) {
      for (const way of FrontDoor.WAYS) samples.add(`gateway: ${way.name}`, build, ratios(way, build))
    }
  }
}

const start: Section = {
  name: "start",
  measure: (builds, samples) =>
    Start.windows(builds, { rates: [1_000, 2_000], ends: [1, 10, 15] }, (build, rate, [first, , last]) => {
      const add = (what: string, value: number) =>
        samples.add(`gateway at ${rate.toLocaleString("en")}/s: p99 ${what}`, build, value)
      add("of the first second", first!)
      add("after ten seconds", last!)
    })
}

const processor: Section = {
  name: "processor",
  measure: async (builds, samples, bare) => {
    for (const [build, folder] of builds) {
      await Services.within(async (services) => {
        const running = await Processor.start(services, {}, folder)
        const { close, send } = await Log.feeder(services)
        const measure = (what: Processor.Case, prefix: string, count: number) =>
          Processor.measure(services, running, send, { what, prefix, count })
        const [one, , many] = Processor.CASES
        try {
          await measure(one!, "warm-up", Processor.WARM_UP_ORDERS)
          const [oneRate] = await measure(one!, "one", Processor.ORDERS)
          samples.add("processor, one item: sold orders/s", build, oneRate! / bare.rate)
          const [manyRate, node, redis] = await measure(many!, "many", Processor.ORDERS)
          samples.add("processor, 1,000 items: sold orders/s", build, manyRate! / bare.rate)
          samples.add("processor, 1,000 items: CPU of an order", build, node! / bare.post)
          samples.add("processor, 1,000 items: Redis's CPU of it", build, redis! / bare.post)
        } finally {
          await close()
          await Services.end([running.processor])
        }
      }, { appendfsync: "always" })
    }
  }
}

const recovery: Section = {
  name: "recovery",
  measure: async (builds, samples, bare) => {
    const rates = await Recovery.recordsPerSecond(builds.map(([, folder]) => folder))
    builds.forEach(([build], at) => samples.add("processor, recovery: records/s", build, rates[at]! / bare.rate))
  }
}

const CALM_RATE = 2_000

const embedded: Section = {
  name: "embedded",
  measure: async (builds, samples, bare) => {
    for (const failing of ["0", "0.1"]) {
      for (const [build, folder] of builds) {
        const add = (name: string, value: number) => samples.add(`embedded, failing ${failing}: ${name}`, build, value)
        const figureOf =
          ({ figures }: Awaited<ReturnType<typeof Embedded.measure>>) => (heading: typeof Embedded.HEADINGS[number]) =>
            figures[Embedded.HEADINGS.indexOf(heading)]!
        const saturated = figureOf(await Embedded.measure(folder, failing))
        add("accepted and final/s", saturated("final/s") / bare.rate)
        add("CPU of an order", saturated("CPU µs/order") / bare.post)
        add("p99 at saturation", saturated("p99 ms"))
        add("p99.99 at saturation", saturated("p99.99 ms"))
        add("longest stall", saturated("stall ms"))
        add("memory", saturated("MiB"))
        const calm = figureOf(await Embedded.measure(folder, failing, CALM_RATE))
        add("p99 at 2,000/s", calm("p99 ms"))
      }
    }
  }
}

export const SECTIONS: ReadonlyArray<Section> = [door, start, processor, recovery, embedded]
