/**
 * Files on their way from one peer to another: what is offered, how it is cut into pieces, and how a
 * transfer can end. Shared by both ends; nothing here is a path of this machine.
 */
import { PIECE_BYTES_MIN, TRANSFER_PIECES_MAX } from './limits.ts'

/** 128 random bits of the sender, base64url (22 characters). */
export type TransferId = string

/** out: ours, which the peer takes. in: the peer's, which we take. */
export type TransferDirection = 'out' | 'in'

/** One file or folder in the list of an offer. */
export interface TransferEntry {
  /**
   * Names between `/`, each a SafeFileName (domain/file-names.ts). Of a file that is sent alone: its name.
   * In a folder: relative to it, without the folder's own name; what holds it stands before it in the list.
   */
  readonly path: string
  readonly kind: 'file' | 'folder'
  /** Of a file; 0 of a folder. */
  readonly bytes: number
  /** The owner may run it. Always false of a folder. */
  readonly executable: boolean
}

/** What is offered, without its list. */
export interface TransferOffer {
  readonly id: TransferId
  /** A SafeFileName: of the file, or of the folder. */
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** Of all files together. */
  readonly bytes: number
  readonly files: number
  /** Entries of the list, files and folders; 1 for a file alone. */
  readonly entries: number
  /** Every file is cut into pieces of so many bytes, the last one shorter. */
  readonly pieceBytes: number
  /** Of a file alone; false of a folder, whose list tells. */
  readonly executable: boolean
}

/** Why a transfer will never be finished, as the end that ended it says. */
export const TRANSFER_ENDS = [
  /** By the user of the receiving end, before anything moved. */
  'declined',
  /** By the user of either end. */
  'cancelled',
  /** The receiving end takes nothing so large, nothing with such names, or no more offers now. */
  'too-large',
  'unsafe',
  'too-many',
  /** A file of the sender is not the one that was offered any more, or cannot be read. */
  'source-changed',
  'source-unreadable',
  /** A piece was wrong twice. */
  'damaged',
  /** The receiving end cannot write it, for another reason than a full disk. */
  'not-writable',
  /** The other end knows nothing of it: its notes were lost. */
  'unknown'
] as const
export type TransferEnd = (typeof TRANSFER_ENDS)[number]

/** Why nothing moves for now. */
export const TRANSFER_HOLDS = [
  /** By the user. */
  'paused',
  /** The disk of the receiving end is full; it goes on by itself when there is room. */
  'disk-full',
  /** Others go first. */
  'queued'
] as const
export type TransferHold = (typeof TRANSFER_HOLDS)[number]

/** How pieces are checked: SHA-256, or BLAKE3 where both ends have it. 32 bytes either. */
export type DigestName = 'sha256' | 'blake3'

/** The size of the pieces of an offer: few enough to count, and none smaller than a disk likes. */
export const pieceBytesFor = (bytes: number): number =>
  Math.max(PIECE_BYTES_MIN, Math.ceil(bytes / TRANSFER_PIECES_MAX))

/** What was left out of a folder that is sent, and why. */
export type SkipReason = 'link' | 'special' | 'unreadable'

/** What the user should know of an entry before it is taken. */
export interface TransferRisk {
  /** hidden: its name begins with a dot. launcher: systems run it on a click. executable: it can be run. */
  readonly kind: 'hidden' | 'launcher' | 'executable'
  readonly path: string
}
