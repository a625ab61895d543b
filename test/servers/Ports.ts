/**
 * Free ports for servers that come and go.
 *
 * They are taken from below the range that the system takes the ports of outgoing connections from: who connects to a
 * server that is away would else, one day, be given that very port, and speak to himself.
 */
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:net"

const FIRST = 20_000
const LAST = 31_999
const ATTEMPTS = 100

const given = new Set<number>()

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, "127.0.0.1")
  try {
    await once(server, "listening")
  } catch {
    return false
  }
  server.close()
  await once(server, "close")
  return true
}

/** A port of 127.0.0.1 without a listener, that this process was not given before. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST)
    if (given.has(port) || !await isFree(port)) continue
    given.add(port)
    return port
  }
  throw new Error(`no free port from ${FIRST} to ${LAST} in ${ATTEMPTS} attempts`)
}
