/** A Redis that has no room left, for a while. */
import { stat } from "node:fs/promises"
import { setTimeout as delay } from "node:timers/promises"
import { until } from "../servers/Processes.ts"
import { execute } from "../servers/Programs.ts"
import type { Store } from "./Store.ts"

/** How long it stays full, in milliseconds, where Redis lives on: longer than a command may take. */
const FULL_MILLIS = 7_000
/** Bytes that still go on a disk that is nearly full. */
const ROOM = 20_000
/** How long a program that asks for next to nothing may take, in milliseconds. */
const TIMEOUT = 10_000

/** A file that may grow no further is a disk that is full, and needs no rights. */
const limitFiles = ({ server: { pid } }: Store, size: string) =>
  execute("prlimit", ["--pid", String(pid), `--fsize=${size}:`], TIMEOUT)

/** Waits until it takes no writes, then for a while, then until it takes them again. */
const isFull = async (store: Store, makeRoom: () => Promise<unknown>): Promise<void> => {
  const writes = () => store.ask((redis) => redis.set("ratelimit:nobody", 0)).then(() => true, () => false)
  await until("Redis takes no writes", async () => !await writes())
  await delay(FULL_MILLIS)
  await makeRoom()
  await until("Redis takes writes", writes)
}

/**
 * The disk is full. Under `appendfsync always` Redis gives up, and the operator makes room and starts it again; under
 * `everysec` it takes no writes until there is room.
 */
export const ofDisk = async (store: Store, fsync: "always" | "everysec"): Promise<void> => {
  await store.ask((redis) => redis.config("SET", "appendfsync", fsync))
  const { size } = await stat(await store.lastFile())
  await limitFiles(store, String(size + ROOM))
  if (fsync === "always") {
    await until("Redis has given up", () => !store.server.isRunning)
    return store.server.start()
  }
  await isFull(store, () => limitFiles(store, "unlimited"))
  await store.ask((redis) => redis.config("SET", "appendfsync", "always"))
}

/** The memory is full, and nothing must be forgotten for it. */
export const ofMemory = async (store: Store): Promise<void> => {
  const limit = (bytes: number) => store.ask((redis) => redis.config("SET", "maxmemory", bytes))
  const info = await store.ask((redis) => redis.info("memory"))
  await limit(Number(/used_memory:(\d+)/.exec(info)?.[1]))
  await isFull(store, () => limit(0))
}
