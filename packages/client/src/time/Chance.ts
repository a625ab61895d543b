/** Chance, by the platform's generator of random numbers: it is there without HTTPS as well. */

/** From 0 up to, and without, 1. */
export const chance = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32

const ID_BYTES = 16

/** A request id that nobody else has: 32 hexadecimal digits of chance. */
export const newRequestId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("")
