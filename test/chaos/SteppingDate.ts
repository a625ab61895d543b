/**
 * Loaded into a process before all else (`--import`): a wall clock that is ahead by `CLOCK_AHEAD` milliseconds from the
 * start on, and that each SIGUSR2 sets by the next of `CLOCK_STEPS`, milliseconds with commas between them. The clocks
 * of the system, and of other processes, stay as they are.
 */
const steps = (process.env["CLOCK_STEPS"] ?? "").split(",").map(Number)
const realNow = Date.now
let offset = Number(process.env["CLOCK_AHEAD"] ?? 0)

Date.now = () => realNow() + offset
globalThis.Date = new Proxy(Date, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, made)
})
process.on("SIGUSR2", () => {
  offset += steps.shift() ?? 0
})
