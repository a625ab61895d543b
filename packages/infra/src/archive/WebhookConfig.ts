/** The environment variables of webhooks. */
import type { Config } from "effect"
import { join } from "node:path"
import * as Kind from "../settings/Kind.ts"
import * as Variable from "../settings/Variable.ts"

/** The name of the endpoints' file in a data folder. */
export const FILE_NAME = "webhooks.json"

export const WebhookSettings = Variable.group({
  /** The file of the endpoints, where it is named. */
  file: Variable.make<string | undefined>("WEBHOOKS_FILE", Kind.path, undefined),
  /** The folder of an engine's data, where it is named: it has the file where nothing else does. */
  dataDir: Variable.make<string | undefined>("DATA_DIR", Kind.path, undefined),
  /** Whether endpoints may be in the network of the engine. */
  allowPrivate: Variable.make("WEBHOOKS_ALLOW_PRIVATE", Kind.yesOrNo, false)
})
export type WebhookSettings = Config.Success<typeof WebhookSettings>

type Named = Pick<WebhookSettings, "dataDir" | "file">

/** The file that is named, or that of a folder that there is. */
export const fileIn = ({ file }: Named, folder: string): string => file ?? join(folder, FILE_NAME)

/** The same of the data folder that is named; undefined where none is, and so there are no endpoints. */
export const fileOf = (named: Named): string | undefined =>
  named.dataDir === undefined ? named.file : fileIn(named, named.dataDir)
