import { assetOf } from "@flash-sale/pages/server/Assembly"
import * as Encoding from "@flash-sale/pages/server/Encoding"
import { describe, expect, it } from "vitest"

const asset = assetOf("a.css", "text/css", "body{}".repeat(100))

describe("Encoding", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["gzip", "gzip"],
    ["gzip, deflate, br", "br"],
    ["GZIP;q=0.5, br;q=0", "gzip"],
    ["br;q=0, gzip;q=0", undefined],
    ["*", "br"],
    ["*;q=0", undefined],
    ["identity", undefined],
    ["br;q=high", undefined]
  ])("%j gets %j", (accepted, encoding) => {
    expect(Encoding.choose(asset, accepted).encoding).toBe(encoding)
  })

  it.each([
    [undefined, false],
    [`"other"`, false],
    [asset.etag, true],
    [`W/${asset.etag}`, true],
    [`"other", ${asset.etag}`, true],
    ["*", true]
  ])("a client that has %j knows it: %j", (ifNoneMatch, isKnown) => {
    expect(Encoding.isKnown(asset.etag, ifNoneMatch)).toBe(isKnown)
  })
})
