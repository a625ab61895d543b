/** How a port of a test listens, where nothing else is said: for this machine, and for everybody on it. */
export const OPEN = { host: "127.0.0.1", token: undefined, allowedHosts: undefined } as const
