/** Values that begin with `-`, which the parser would take apart into flags of one letter. */
import * as Usage from "@flash-sale/cli/terminal/Usage"
import { describe, expect, it } from "vitest"

const complaint = (line: string) => Usage.strayValue(line.split(" "))?.message

describe("Usage", () => {
  it("a value that begins with - is an error, and never a flag within it", () => {
    expect(complaint("sale open mug --at -1h")).toBe(
      "\"-1h\" begins with \"-\" and is read as flags; where it is the value of --at: --at=-1h"
    )
    const others = [
      "sale open mug --until -1h",
      "sale close mug --at -30m",
      "stock add 101 -5h",
      "stock set -mug 5",
      "sale pause --all --reason -oh",
      "key create --name shop --expires -90d",
      "order show -vh",
      "-hv",
      "load --rate -h1",
      "stock add 101 -1e",
      "sale open mug -h=1"
    ]
    for (const line of others) expect([line, complaint(line)]).toEqual([line, expect.stringContaining("begins with")])
  })

  it("numbers, flags of a whole word or of one letter, and what follows -- are left to the command", () => {
    const lines = [
      "stock add 101 -5",
      "stock add 101 -.5",
      "stock add 101 -5e3",
      "sale open mug --at=-1h",
      "sale open mug --help",
      "sale open -h",
      "-v",
      "item import -",
      "stock get -- -mug"
    ]
    for (const line of lines) expect([line, complaint(line)]).toEqual([line, undefined])
  })
})
