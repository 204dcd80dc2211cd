/** Optional abilities that a HELLO may list (docs/PROTOCOL.md 8.3). Unknown ones are ignored. */

/** This end takes READ: it can tell its user what the other's user has seen. */
export const RECEIPTS_FEATURE = 'receipts'

/** This end can check pieces of files with BLAKE3 as well. */
export const BLAKE3_FEATURE = 'blake3'
