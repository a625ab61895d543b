/** An engine with a console, and whoever has it open. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import type { Scope } from "@flash-sale/domain/access/Scope"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Browser, BrowserContextOptions } from "playwright-core"
import * as Services from "../chaos/Services.ts"
import { until } from "../servers/Processes.ts"
import { visit, type Visitor } from "./Visitor.ts"

export interface ConsoleEngine {
  readonly service: Services.Service
  readonly dataDir: string
  /** The key of the first run. */
  readonly key: string
}

/** On the folder of an engine of before, or on a new one. */
export const start = async (
  env: Readonly<Record<string, string>> = {},
  folder?: string
): Promise<ConsoleEngine> => {
  const dataDir = folder ?? await Services.folder()
  const service = await Services.service("serve", { DATA_DIR: dataDir, PAYMENT_LATENCY: "50ms", ...env })
  await service.start()
  await service.untilHealth(200)
  return { service, dataDir, key: (await readFile(join(dataDir, "admin.key"), "utf8")).trim() }
}

/** A new key with this scope, once the engine knows it. */
export const keyOf = async ({ dataDir, service }: ConsoleEngine, scope: Scope): Promise<string> => {
  const named = { name: KeyName.make(`key-${randomUUID().slice(0, 8)}`), scopes: [scope], expiresAt: undefined }
  const key = await Effect.runPromise(Infra.keys.create(Infra.keysFileIn(dataDir), named))
  await until("the engine knows the key", async () => {
    const { ok } = await fetch(`${service.adminUrl}/admin/v1/me`, { headers: { authorization: `Bearer ${key}` } })
    return ok
  })
  return key
}

/** Opens the console with a key in its address. */
export const open = (
  browser: Browser,
  { service: { adminUrl } }: Pick<ConsoleEngine, "service">,
  key: string,
  options: BrowserContextOptions = {}
): Promise<Visitor> => visit(browser, adminUrl, `/console#key=${key}`, { timezoneId: "Europe/Berlin", ...options })

/** axe in both colour schemes, which differ in nothing but colours. */
export const isAccessible = async ({ isAccessible, page }: Visitor): Promise<void> => {
  await page.emulateMedia({ colorScheme: "light" })
  await isAccessible()
  await page.emulateMedia({ colorScheme: "dark" })
  await isAccessible("colours")
}

export interface Confirmed {
  /** What is typed, by the labels of the fields. */
  readonly fields?: Readonly<Record<string, string>>
  /** What is chosen, by the labels of the fields. */
  readonly choices?: Readonly<Record<string, string>>
  /** What the dialog must say that it will do. */
  readonly says?: string | RegExp
  readonly action: string
}

/** Presses a button, types, reads what will be done, gives a reason, and does it. */
export const change = async (
  { page }: Visitor,
  button: string,
  { action, choices = {}, fields = {}, says }: Confirmed
): Promise<void> => {
  await page.getByRole("button", { name: button, exact: true }).click()
  const dialog = page.getByRole("dialog")
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(value)
  for (const [label, choice] of Object.entries(choices)) {
    await dialog.getByLabel(label, { exact: true }).selectOption({ label: choice })
  }
  if (says !== undefined) await dialog.getByText(says).waitFor()
  await dialog.getByLabel("Reason, for whoever asks later").fill("a test")
  await dialog.getByRole("button", { name: action, exact: true }).click()
  await dialog.waitFor({ state: "hidden" })
}
