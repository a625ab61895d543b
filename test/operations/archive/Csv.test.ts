/** Tables for spreadsheets: by RFC 4180, and without a formula that somebody else has written. */
import * as Csv from "@flash-sale/operations/archive/Csv"
import { describe, expect, it } from "vitest"

/** What a reader by RFC 4180 makes of a line. */
const read = (line: string): ReadonlyArray<string> => {
  expect(line.endsWith("\r\n")).toBe(true)
  return Array.from(
    line.slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g),
    ([, quoted, plain = ""]) => quoted?.replaceAll("\"\"", "\"") ?? plain
  )
}

describe("Csv", () => {
  it("a reader finds each cell as it was", () => {
    const cells = ["plain", "with, comma", "with \"quotes\"", "two\nlines", "a\r\nb", "", " spaces ", "ü 売"]
    expect(read(Csv.line(cells))).toEqual(cells)
    expect(Csv.line([1, -2, 0.5, undefined, "x"])).toBe("1,-2,0.5,,x\r\n")
  })

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "=HYPERLINK(\"http://x\",\"y\")"])(
    "%j is a text, and no formula",
    (text) => {
      expect(read(Csv.line([text, "b"]))).toEqual([`'${text}`, "b"])
    }
  )

  it.each(["x;=cmd|'/C calc'!A0;", "x\t+1+1", "x\r\n-2+3", "x;＝1", ";@SUM(A1)"])(
    "%j has no formula where cells are separated otherwise",
    (text) => {
      const cells = Csv.line(["a", text]).split(/[;\t\r\n,"]/)
      expect(cells.filter((cell) => /^[=+\-@＝＋－＠]/u.test(cell))).toEqual([])
    }
  )

  it("what merely has such a character is left as it is", () => {
    expect(Csv.line(["a=b", "1-2", "x@y"])).toBe("a=b,1-2,x@y\r\n")
  })
})
