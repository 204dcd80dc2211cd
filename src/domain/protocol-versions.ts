/** Versions of the wire protocol that this build speaks, ascending (docs/PROTOCOL.md). */
export const PROTOCOL_VERSIONS: readonly number[] = [1]
