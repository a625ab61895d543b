/** `/embed.js`. Pure. */
import { addressOf, importMap } from "./Addresses.ts"
import { PACKAGES } from "./ModuleGraph.ts"

/** The module that it brings. */
export const BUTTON = "elements/FlashSaleButton.ts"

/**
 * A script for a shop's page, which brings the button there: an import map has to stand before the first module, and
 * names the engine by the address that the script has come from.
 */
export const make = (digest: string): string => {
  const entry = addressOf(digest, BUTTON)
  return `(() => {
  const { origin } = new URL(document.currentScript.src)
  const add = (type, fields) =>
    document.head.append(Object.assign(document.createElement("script"), { type, ...fields }))
  const { imports } = ${importMap(digest, PACKAGES)}
  for (const name in imports) imports[name] = origin + imports[name]
  add("importmap", { textContent: JSON.stringify({ imports }) })
  add("module", { src: origin + ${JSON.stringify(entry)} })
})()
`
}
