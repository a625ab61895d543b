import { describe, expect, it } from "@effect/vitest"
import * as TimeArgument from "@flash-sale/cli/terminal/TimeArgument"
import { Option } from "effect"

describe("TimeArgument", () => {
  it("a time is absolute with its zone, or from now", () => {
    const at = (text: string) =>
      Option.getOrUndefined(Option.map(TimeArgument.read(text), (one) => TimeArgument.resolve(one, 1_000)))
    expect(at("1970-01-01T00:00:02Z")).toBe(2_000)
    expect(at("1970-01-01T01:00:02.5+01:00")).toBe(2_500)
    // dprint-ignore
    expect([at("+0s"), at("+90s"), at("+2m"), at("+1h"), at("+1d")])
      .toEqual([1_000, 91_000, 121_000, 3_601_000, 86_401_000])
    for (
      const bad of ["", "now", "10m", "+", "+1w", "+1.5h", "-5m", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z"]
        .concat(
          ["2026-11-27", "2026-11-27T10:00:00", "1969-12-31T23:59:59Z", "2026-11-27T25:00:00Z"]
        )
    ) expect([bad, at(bad)]).toEqual([bad, undefined])
  })
})
