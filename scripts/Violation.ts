/** What a check finds, and how it is reported. */
export interface Violation {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

export const format = ({ line, message, path, rule }: Violation): string => `${path}:${line} ${rule}: ${message}`

/** Prints one line for each violation and leaves with 1 if there is one. */
export const report = (check: string, violations: ReadonlyArray<Violation>): void => {
  for (const violation of violations) process.stdout.write(`${format(violation)}\n`)
  process.stdout.write(violations.length === 0 ? `${check}: ok\n` : `${check}: ${violations.length} to mend\n`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
