/** The names of events: a closed set, the same in the code and in the operations guide. */
import * as Attributes from "@flash-sale/infra/observability/Attributes"
import { expect, it } from "vitest"
import { sources } from "../../../../scripts/Source.ts"

const documented = (): ReadonlyArray<string> => {
  const [{ text } = { text: "" }] = sources("docs/operations.md")
  const section = /^## Logs$([\s\S]*?)^## /m.exec(text)?.[1] ?? ""
  return [...section.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)]
    .flatMap(([, names = ""]) => [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name))
}

it("every event is logged somewhere in the sources", () => {
  const texts = sources("packages/*/src/**/*.ts").filter(({ path }) => !path.endsWith("/Attributes.ts"))
  expect(Attributes.EVENTS.filter((event) => !texts.some(({ text }) => text.includes(`"${event}"`)))).toEqual([])
})

it("every event is documented, and every documented event is one", () => {
  expect(documented().toSorted()).toEqual([...Attributes.EVENTS].toSorted())
})
