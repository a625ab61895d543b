/** What is shown of the url of a webhook. */
import { expect, it } from "@effect/vitest"
import * as WebhookViews from "@flash-sale/operations/webhooks/WebhookViews"

it.each([
  ["https://shop.example/hooks/T0K3N", "https://shop.example"],
  ["https://shop.example", "https://shop.example"],
  ["http://shop.example:8443/a/b?token=secret&x=1#part", "http://shop.example:8443"],
  ["https://user:password@shop.example/hooks", "https://shop.example"],
  ["https://user@shop.example/", "https://shop.example"],
  ["no url with a secret", "(not shown)"]
])("of %s is shown %s", (url, shown) => {
  expect(WebhookViews.shownUrl(url)).toBe(shown)
})
