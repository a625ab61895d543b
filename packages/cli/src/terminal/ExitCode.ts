/** How a command ends, for scripts. The same for all commands, and public: decision 0034. */

/** It found something wrong, or did not do all of what was asked for. */
export const INCOMPLETE = 1
/** An argument, a flag or a variable is wrong: nothing was begun. */
export const USAGE = 2
/** The log or the store cannot be reached, or must not be used. */
export const UNREACHABLE = 3
/** Nobody knows whether it was recorded: look before trying again. */
export const UNKNOWN = 4

/** Of a command that failed; one that did what it was asked for ends with 0. */
export type ExitCode = typeof INCOMPLETE | typeof USAGE | typeof UNREACHABLE | typeof UNKNOWN
