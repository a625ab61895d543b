/** The page of one item, which its address names: `/shop/101`. */
import { FlashSaleButton } from "../elements/FlashSaleButton.ts"

/** The last part of the path; as it stands there where it is no text. */
const itemOf = (path: string): string => {
  const part = path.split("/").at(-1) ?? ""
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const item = itemOf(location.pathname)
document.title = `Item ${item}`
document.querySelector("h1")!.textContent = `Item ${item}`
const button = document.querySelector("flash-sale-button")
if (button instanceof FlashSaleButton) button.item = item
