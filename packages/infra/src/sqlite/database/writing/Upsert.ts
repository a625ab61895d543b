/** Statements that write a whole row by its key, whether it is there or not. */

/**
 * Inserts the row, or changes the one that is there in its place. `keys` are the columns of a unique index; the
 * parameters are the values of `keys` and then of `others`, in their order.
 *
 * **When to use**: for tables whose rows have ids. There `INSERT OR REPLACE` would make a new row, at another place.
 */
export const into = (table: string, keys: ReadonlyArray<string>, others: ReadonlyArray<string>): string => {
  const columns = [...keys, ...others]
  return `
INSERT INTO ${table}(${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
ON CONFLICT(${keys.join(", ")}) DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(", ")}`
}
