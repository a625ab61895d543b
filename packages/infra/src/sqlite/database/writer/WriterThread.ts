/** The thread that writes the embedded file: its own connection, which does what it is asked in the order of asking. */
import { Effect } from "effect"
import { parentPort, workerData } from "node:worker_threads"
import * as WalOwner from "../checkpoints/WalOwner.ts"
import * as Connection from "../Connection.ts"
import * as DamageGuard from "../DamageGuard.ts"
import * as ExternalChanges from "../ExternalChanges.ts"
import * as ResultCode from "../ResultCode.ts"
import type { Call } from "./Calls.ts"
import * as Calls from "./Calls.ts"
import * as ThreadMessages from "./ThreadMessages.ts"
import type { AnyWrite } from "./Write.ts"

const done = (value: boolean): ThreadMessages.Answer => ({ _tag: "Done", value, damage: undefined })

const answerTo = (
  connection: Connection.Connection,
  callOf: (call: ThreadMessages.EncodedCall) => Call,
  request: ThreadMessages.Request
): ThreadMessages.Answer => {
  switch (request._tag) {
    case "Commit": {
      const committed = Calls.commit(connection, request.calls.map(callOf))
      return { _tag: "Committed", text: ThreadMessages.encode(committed), damage: undefined }
    }
    case "SetLimit":
      WalOwner.setLimit(connection, request.pages)
      return done(true)
    case "TakeRest":
      WalOwner.takeRest(connection)
      return done(true)
    case "Empty":
      return done(connection.checkpoint())
    case "Close":
      connection.close()
      return done(true)
  }
}

/** Opens the file and serves what its parent asks, with these writes. A bug ends the thread. */
export const serve = (writes: ReadonlyArray<AnyWrite>): void => {
  const port = parentPort!
  const { file }: ThreadMessages.Start = workerData
  const named = new Map(writes.map((write) => [write.name, write]))
  const callOf = ({ durable, input, name }: ThreadMessages.EncodedCall): Call => {
    const write = named.get(name)
    if (write === undefined) throw new Error(`no write of this thread is called ${name}`)
    return { write, durable, input: () => ThreadMessages.read(input) }
  }
  const opened = Connection.open(file)
  Connection.configure(opened)
  const damage = DamageGuard.make()
  const connection = DamageGuard.guard(opened, damage)
  const found = () => ResultCode.damageOf(damage.refusal())

  const safely = (request: ThreadMessages.Request): ThreadMessages.Answer => {
    try {
      return answerTo(connection, callOf, request)
    } catch (error) {
      const detail = ResultCode.operatingError(error)
      if (detail === undefined) throw error
      return { _tag: "Failed", detail, damage: undefined }
    }
  }
  const post = (message: ThreadMessages.Answer | ThreadMessages.Notice): void => {
    port.postMessage(message)
  }
  const watching = Effect.runFork(ExternalChanges.watch(connection, () => post({ _tag: "Changed" })))
  port.on("message", (request: ThreadMessages.Request) => {
    post({ ...safely(request), damage: found() })
    if (request._tag !== "Close") return
    watching.interruptUnsafe()
    port.close()
  })
}
