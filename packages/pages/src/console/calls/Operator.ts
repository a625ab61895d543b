/** Who uses the console, and what the key may do. The engine decides; the console only hides what would be refused. */
import type { Scope } from "@flash-sale/domain/access/Scope"

export type { Scope }

export interface Operator {
  readonly name: string
  readonly scopes: ReadonlyArray<Scope>
  /** ISO 8601. */
  readonly expires_at?: string
}

export const may = ({ scopes }: Operator, scope: Scope): boolean => scopes.includes(scope) || scopes.includes("admin")
