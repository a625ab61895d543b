/** Why a backup is not made, or not brought back. */
import { Schema } from "effect"

/** The backup was not made, or not brought back. Nothing was changed. */
export class BackupRefused extends Schema.TaggedError<BackupRefused>()("BackupRefused", {
  path: Schema.String,
  detail: Schema.String,
  /** Whether another path has to be typed. */
  isUsage: Schema.Boolean
}) {
  override get message(): string {
    return `${this.path}: ${this.detail}`
  }
}
