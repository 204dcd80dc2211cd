/**
 * What a file is by its first bytes, for opening it when it was received: pictures, sound and film of
 * formats whose programs run nothing that is inside. The name of a file says nothing here. SVG, PDF and
 * playlists are left out on purpose: they hold scripts, or addresses that are called.
 */

export type MediaType =
  | 'image/png'
  | 'image/jpeg'
  | 'image/gif'
  | 'image/webp'
  | 'video/mp4'
  | 'video/webm'
  | 'audio/mpeg'
  | 'audio/ogg'
  | 'audio/wav'
  | 'audio/flac'

/** So many first bytes are enough to tell. */
export const MEDIA_HEAD_BYTES = 64

/** Bytes at `at`, written as Latin-1. */
const holds = (head: Uint8Array, at: number, text: string): boolean => {
  if (head.length < at + text.length) return false
  for (let index = 0; index < text.length; index += 1)
    if (head[at + index] !== text.charCodeAt(index)) return false
  return true
}

/** The brands of ISO base media that are films; HEIC and the like are none. */
const MP4_BRANDS = ['isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'M4V ', 'dash']

const isMp4 = (head: Uint8Array): boolean =>
  holds(head, 4, 'ftyp') && MP4_BRANDS.some((brand) => holds(head, 8, brand))

/** The EBML head of Matroska names what is in it: only "webm" is of the list. */
const isWebm = (head: Uint8Array): boolean => {
  if (!holds(head, 0, '\u001a\u0045\u00df\u00a3')) return false
  for (let at = 4; at < head.length - 6; at += 1)
    if (holds(head, at, '\u0042\u0082\u0084webm')) return true
  return false
}

/** An ID3 tag, or the head of a frame of layer III that names a rate. */
const isMp3 = (head: Uint8Array): boolean => {
  if (holds(head, 0, 'ID3')) return true
  const [first = 0, second = 0, third = 0] = head
  const isLayer3 = first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08
  const bitrate = third >> 4
  return isLayer3 && bitrate > 0 && bitrate < 15 && (third & 0x0c) !== 0x0c
}

const SIGNATURES: readonly (readonly [MediaType, (head: Uint8Array) => boolean])[] = [
  ['image/png', (head) => holds(head, 0, '\u0089PNG\r\n\u001a\n')],
  ['image/jpeg', (head) => holds(head, 0, '\u00ff\u00d8\u00ff')],
  ['image/gif', (head) => holds(head, 0, 'GIF87a') || holds(head, 0, 'GIF89a')],
  ['image/webp', (head) => holds(head, 0, 'RIFF') && holds(head, 8, 'WEBPVP8')],
  ['audio/wav', (head) => holds(head, 0, 'RIFF') && holds(head, 8, 'WAVE')],
  ['video/mp4', isMp4],
  ['video/webm', isWebm],
  ['audio/ogg', (head) => holds(head, 0, 'OggS\0')],
  ['audio/flac', (head) => holds(head, 0, 'fLaC')],
  ['audio/mpeg', isMp3]
]

/** @param head the first MEDIA_HEAD_BYTES of a file, or all of a shorter one. undefined: none of the list. */
export const mediaTypeOf = (head: Uint8Array): MediaType | undefined =>
  SIGNATURES.find(([, fits]) => fits(head))?.[0]

const ENDINGS: Readonly<Record<MediaType, readonly string[]>> = {
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'video/mp4': ['mp4', 'm4v'],
  'video/webm': ['webm'],
  'audio/mpeg': ['mp3'],
  'audio/ogg': ['ogg', 'oga', 'opus'],
  'audio/wav': ['wav'],
  'audio/flac': ['flac']
}

/** What names of such files end in, in small letters: the system's opener goes by that. */
export const endingsOfMedia = (type: MediaType): readonly string[] => ENDINGS[type]
