/**
 * Every bound of the program, with its unit in its name and the reason behind its value.
 * docs/LIMITS.md is generated from this file (`npm run docs`), so each constant is documented here
 * in one comment and nowhere else.
 */

/** Most bytes of a control frame's payload (JSON), after authentication. */
export const CONTROL_PAYLOAD_BYTES_MAX = 64 * 1024
/** Most bytes of one frame before the peer has proved itself (HELLO, AUTH). */
export const GREETING_PAYLOAD_BYTES_MAX = 4 * 1024
/** Most bytes that an unproved peer may send in all before AUTH_OK. */
export const GREETING_TOTAL_BYTES_MAX = 16 * 1024
/** Bytes of a frame header: u32be length, u8 type, u8 flags, u16be stream. */
export const FRAME_HEADER_BYTES = 8
/** Most bytes (UTF-8) of one text message; longer ones are refused before they are queued. */
export const MESSAGE_BYTES_MAX = 1024 * 1024
/** Most UTF-8 bytes of text in one part: JSON may need 6 bytes for one, 10 000 × 6 < 64 KiB. */
export const TEXT_PART_BYTES_MAX = 10_000
/** Most characters (UTF-16 code units) of a nickname; a peer's longer one is cut. */
export const NICKNAME_CHARS_MAX = 32
/** Most items on a link that the peer has not acknowledged. */
export const WINDOW_ITEMS_MAX = 4096
/** Most bytes of item payloads on a link that the peer has not acknowledged: four whole messages. */
export const WINDOW_BYTES_MAX = 4 * 1024 * 1024
/** Most messages that wait in memory for a peer; one more is refused with a clear error. */
export const OUTBOX_ITEMS_MAX = 100_000
/** Most bytes of messages that wait in memory for a peer. */
export const OUTBOX_BYTES_MAX = 64 * 1024 * 1024
/** Bytes that one link's writer hands to the operating system in one write. */
export const WRITE_BATCH_BYTES_MAX = 256 * 1024
/** Most bytes of the bulk lane in front of any control frame in our own queue (protocol.md §5). */
export const BULK_AHEAD_BYTES_MAX = 256 * 1024
/** Most bytes of control frames that wait for one link's writer; beyond it the link is closed. */
export const CONTROL_QUEUE_BYTES_MAX = 16 * 1024 * 1024

/** How long a dial may take, over all addresses of the name together. */
export const DIAL_TIMEOUT_MS_MAX = 10_000
/** How long the TLS handshake may take, on either end. */
export const SECURE_TIMEOUT_MS_MAX = 10_000
/** How long HELLO and AUTH may take after TLS. */
export const GREETING_TIMEOUT_MS_MAX = 10_000
/** How long AUTH_OK may take where a person is asked at the other end. */
export const CONSENT_TIMEOUT_MS_MAX = 60_000
/** How long the choice between two links to one peer may take. */
export const SETTLE_TIMEOUT_MS_MAX = 10_000
/** How long an active link has to answer the probe when a second link turns up. */
export const PROBE_TIMEOUT_MS = 2_000
/** Missed heartbeat intervals until a peer is suspect. */
export const SUSPECT_AFTER_INTERVALS = 3
/** Missed heartbeat intervals, after it became suspect, until its link is closed. */
export const SILENT_AFTER_INTERVALS = 2
/** A clock that moved this much more than the timer asked for means that the machine slept. */
export const CLOCK_JUMP_MS_MIN = 2_000
/** How long a clean end waits for the last bytes and the peer's half close. */
export const FAREWELL_TIMEOUT_MS_MAX = 2_000
/** How long a user's leaving waits for the peer to acknowledge what was said last. */
export const LAST_WORDS_TIMEOUT_MS_MAX = 2_000
/** How long an end waits for a slow reader of our output before what it has not read is left for the next run. */
export const LAST_LINES_TIMEOUT_MS_MAX = 1_000

/** Handshakes in progress, in all. */
export const HANDSHAKES_MAX = 16
/** Handshakes in progress from one IPv4 address or one IPv6 /64. */
export const HANDSHAKES_PER_SOURCE_MAX = 4
/** Open links, in all. */
export const LINKS_MAX = 64
/** Accepted streams per second before further ones are dropped unread. */
export const ACCEPTS_PER_SECOND_MAX = 50
/** Accepted streams in one burst. */
export const ACCEPT_BURST_MAX = 100
/** Unknown peers that may knock at once. */
export const KNOCKS_MAX = 3
/** Empty or control frames (PING and the like) per second from one peer. */
export const PINGS_PER_SECOND_MAX = 20
/** Bytes of one line of input; a longer one is refused. A message of 1 MiB and some JSON around it. */
export const INPUT_LINE_BYTES_MAX = 8 * 1024 * 1024
/** Reconnect delays double up to this. */
export const RECONNECT_DELAY_MS_MAX = 60_000
/** How long a link must have lived for the reconnect attempts to be counted from zero again. */
export const RECONNECT_RESET_MS = 15_000

/** Bytes read ahead of the reader on one stream; beyond half of it the socket is not read. */
export const READ_AHEAD_BYTES_MAX = 1024 * 1024
/** Accepted streams that nobody has taken yet; one more is dropped. Four times HANDSHAKES_MAX. */
export const ACCEPT_QUEUE_MAX = 64
/** Most bytes of a peer's certificate (DER): an Ed25519 one has about 300, the rest is room. */
export const CERTIFICATE_BYTES_MAX = 2048
/** Peers in the peer book; the longest unseen unverified one makes room for one more. */
export const PEERS_MAX = 10_000
/** Addresses kept for one peer; the oldest makes room. */
export const TARGETS_PER_PEER_MAX = 16
/** Bytes of a secret file that is read: PEERS_MAX peers with 16 names of 250 bytes fit in 48 MiB. */
export const SECRET_FILE_BYTES_MAX = 48 * 1024 * 1024
/** Bytes of output that wait for a reader of our pipe; beyond it the reader counts as gone. */
export const OUTPUT_WAITING_BYTES_MAX = 64 * 1024 * 1024
/** How long a store that could not be written (full, read-only, busy) is left alone before the next try. */
export const STORE_RETRY_MS = 5_000
/** Delivered messages whose reading is still to be told of; beyond it the oldest is forgotten. */
export const UNREAD_MESSAGES_MAX = 4096
/** Characters of the shortest passphrase that is taken: a shorter one is tried through in no time. */
export const PASSPHRASE_CHARS_MIN = 8
/** Bytes (UTF-8) of the longest passphrase: a page of text, far above what anybody types. */
export const PASSPHRASE_BYTES_MAX = 1024
/** Memory that checking a passphrase may take (Argon2id), in KiB. A file that asks for more is refused unread: it would only fill the machine. */
export const KDF_MEMORY_KIB_MAX = 1024 * 1024
/** Passes over that memory. */
export const KDF_PASSES_MAX = 10
/** Lanes of that memory, which may be computed at the same time. */
export const KDF_LANES_MAX = 16
/** Events that wait for a program which uses the library to take them; at that, links are not read. */
export const EVENTS_WAITING_MAX = 10_000
/** Bytes of such events, about. */
export const EVENTS_WAITING_BYTES_MAX = 16 * 1024 * 1024

/** Payload bytes of one frame of file data. One frame is written as a whole in front of a control frame. */
export const DATA_PAYLOAD_BYTES_MAX = 64 * 1024
/** Bytes of the smallest piece of a file: a digest and a note in the journal each. */
export const PIECE_BYTES_MIN = 1024 * 1024
/** Pieces of a transfer of one file, at most: the size of a piece follows. */
export const TRANSFER_PIECES_MAX = 32_768
/** Files and folders in one offer. */
export const TRANSFER_ENTRIES_MAX = 20_000
/** Bytes (JSON) of the list of one offer, over all its frames. */
export const TRANSFER_LIST_BYTES_MAX = 4 * 1024 * 1024
/** Folders within folders in one offer. */
export const TRANSFER_DEPTH_MAX = 32
/** UTF-8 bytes of a file name that is sent or taken: leaves room for " (1)" and an ending while it is unfinished. */
export const FILE_NAME_BYTES_MAX = 200
/** Bytes of all files of one offer, at most: exact as a number in every JSON reader. */
export const TRANSFER_BYTES_MAX = Number.MAX_SAFE_INTEGER
/** Offers of one peer that wait for our user; further ones are turned away. */
export const OFFERS_WAITING_MAX = 16
/** Transfers of one peer, in one direction, that move at once; the others wait for their turn. */
export const TRANSFERS_MOVING_MAX = 4
/** Unfinished transfers of one peer in one direction, of any state. */
export const TRANSFERS_PER_PEER_MAX = 256
/** Bytes that a sender may be ahead of the disk of the receiver, of one transfer. */
export const TRANSFER_WINDOW_BYTES = 4 * 1024 * 1024
/** Bytes of file data on a link that the other end has not told to have received: always allowed. */
export const LINK_WINDOW_BYTES_MIN = 32 * 1024
/** Bytes of file data on a link that the other end has not told to have received: never more. */
export const LINK_WINDOW_BYTES_MAX = 16 * 1024 * 1024
/** What file data may add to the time that a message needs: the queue that the window allows for. */
export const LINK_QUEUE_MS = 20
/** How long received file data may go untold; sooner than that only where much has come. */
export const RECEIVED_DELAY_MS_MAX = 2
/** How long verified pieces may be unsynced: what a power cut may cost. */
export const JOURNAL_INTERVAL_MS = 1_000
/** Bytes of verified pieces that may be unsynced. */
export const JOURNAL_INTERVAL_BYTES = 64 * 1024 * 1024
/** How long a transfer without progress is not called stalled. */
export const STALL_AFTER_MS = 3_000
/** How often progress is told to those who watch. */
export const PROGRESS_INTERVAL_MS = 100
/** Room on the disk that is never asked for. */
export const DISK_RESERVE_BYTES = 64 * 1024 * 1024
/** How often a full disk is looked at again. */
export const DISK_RETRY_MS = 5_000
/** Frames about transfers per second from one peer, and in one burst: a list of 10 000 files is 80 of them. */
export const TRANSFER_FRAMES_PER_SECOND_MAX = 500
/** Streams that one end may open on one link: their numbers are 16 bits, and never used twice. */
export const LINK_STREAMS_MAX = 65_535
