/** Sizes and times as a person reads them. */

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"] as const

/** `3.4 GiB`. */
export const size = (bytes: number): string => {
  let [value, unit] = [bytes, 0]
  while (value >= 1024 && unit < SIZES.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${SIZES[unit]}`
}

/** A share of all: `83 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`

const MINUTE = 60_000

/** How long something has lasted: `42 s`, `7 min`, `3 h`, `2 days`. */
export const age = (millis: number): string => {
  if (millis < MINUTE) return `${Math.max(0, Math.round(millis / 1_000))} s`
  if (millis < 60 * MINUTE) return `${Math.round(millis / MINUTE)} min`
  if (millis < 48 * 60 * MINUTE) return `${Math.round(millis / (60 * MINUTE))} h`
  return `${Math.round(millis / (24 * 60 * MINUTE))} days`
}

/** A difference of clocks: `0.4 s`. */
export const seconds = (millis: number): string => `${(Math.abs(millis) / 1_000).toFixed(1)} s`
