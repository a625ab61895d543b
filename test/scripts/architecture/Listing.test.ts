import { assert, describe, it } from "@effect/vitest"
import { listing, rowOf } from "../../../scripts/architecture/Listing.ts"
import { file } from "./Files.ts"

const src = "packages/a/src"

describe("the listing of rooms", () => {
  it("counts files, rooms, arrows, floors and circles", () => {
    const files = [
      file(`${src}/Main.ts`, "./x/A.ts", "./x/B.ts", "./y/C.ts"),
      file(`${src}/x/A.ts`, "./B.ts", "../z/D.ts", "../z/D.ts"),
      file(`${src}/x/B.ts`, "../z/E.ts"),
      file(`${src}/y/C.ts`, "../z/D.ts"),
      file(`${src}/z/D.ts`, "../y/C.ts", "./E.ts"),
      file(`${src}/z/E.ts`)
    ]
    assert.deepStrictEqual(rowOf(src, files), {
      folder: src,
      files: 6,
      fileArrows: 9,
      fileFloors: 4,
      fileCircles: 1,
      rooms: 3,
      roomArrows: 5,
      roomFloors: 3,
      roomCircles: 1
    })
    assert.isTrue(listing(files).endsWith(`\n${src}\n  (none) -> x, y\n  x -> z\n  y -> z\n  z -> y\n`))
  })

  it("takes a package without rooms", () => {
    const row = rowOf(src, [file(`${src}/A.ts`, "./B.ts"), file(`${src}/B.ts`), file("packages/b/src/x/A.ts")])
    assert.deepInclude(row, { files: 2, fileArrows: 1, fileFloors: 2, rooms: 0, roomArrows: 0, roomFloors: 1 })
  })
})
