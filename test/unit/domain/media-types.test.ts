// Goal: only what its first bytes say is a picture, sound or film is ever opened. Method: a head of each
// format, heads that come close, and any bytes.
import { describe, expect, it } from '@effect/vitest'
import * as fc from 'fast-check'
import { MEDIA_HEAD_BYTES, mediaTypeOf } from '../../../src/domain/media-types.ts'

const head = (latin1: string): Uint8Array =>
  Uint8Array.from(latin1.padEnd(MEDIA_HEAD_BYTES, '\0'), (char) => char.charCodeAt(0))

describe('mediaTypeOf', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png'],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['\xff\xd8\xff\xe1', 'image/jpeg'],
    ['GIF87a', 'image/gif'],
    ['GIF89a', 'image/gif'],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'image/webp'],
    ['RIFF\x24\0\0\0WEBPVP8X', 'image/webp'],
    ['RIFF\x24\0\0\0WAVEfmt ', 'audio/wav'],
    ['\0\0\0\x20ftypisom', 'video/mp4'],
    ['\0\0\0\x18ftypmp42', 'video/mp4'],
    ['\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm', 'video/webm'],
    ['ID3\x04', 'audio/mpeg'],
    ['\xff\xfb\x90\x64', 'audio/mpeg'],
    ['\xff\xf3\x40\xc4', 'audio/mpeg'],
    ['OggS\0\x02', 'audio/ogg'],
    ['fLaC\0\0\0\x22', 'audio/flac']
  ])('%j is %s', (first, type) => {
    expect(mediaTypeOf(head(first))).toBe(type)
  })

  it.each([
    ['an empty file', ''],
    ['a program of Windows', 'MZ\x90\0'],
    ['a program of Linux', '\x7fELF'],
    ['a script', '#!/bin/sh\n'],
    ['a picture that may hold scripts', '<?xml version="1.0"?><svg onload="x()">'],
    ['a page', '<!DOCTYPE html>'],
    ['a document', '%PDF-1.7'],
    ['an archive', 'PK\x03\x04'],
    ['a playlist', '#EXTM3U\nhttp://example'],
    ['a shortcut', '[Desktop Entry]\nExec=sh'],
    ['PNG without its line ends', '\x89PNG\n\n\x1a\n'],
    ['another RIFF', 'RIFF\x24\0\0\0AVI LIST'],
    ['a picture in the box of a film', '\0\0\0\x18ftypheic'],
    ['Matroska that is no WebM', '\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska'],
    ['a frame of layer II', '\xff\xfd\x90\x04'],
    ['UTF-16 text', '\xff\xfe\x68\0'],
    ['all ones', '\xff\xff\xff\xff']
  ])('%s is none of the list', (_, first) => {
    expect(mediaTypeOf(head(first))).toBeUndefined()
  })

  it('takes a head of any length, and is not led by what comes later', () => {
    expect(mediaTypeOf(new Uint8Array(0))).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => mediaTypeOf(bytes)).not.toThrow()
        const behind = Uint8Array.of(0x4d, 0x5a, ...head('\x89PNG\r\n\x1a\n'))
        expect(mediaTypeOf(behind)).toBeUndefined()
      })
    )
  })
})
