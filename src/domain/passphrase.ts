/**
 * What a passphrase is: any text that can be typed again. It is compared after Unicode's NFKC, so that
 * an "é" of one keyboard is the "é" of another. There is no meter of its strength, which would be a
 * guess; a length below any use is refused.
 */
import { PASSPHRASE_BYTES_MAX, PASSPHRASE_CHARS_MIN } from './limits.ts'

/** The form in which a passphrase counts. */
export const normalPassphrase = (typed: string): string => typed.normalize('NFKC')

/** Why a text cannot become a passphrase, as a clause that follows "the passphrase"; undefined: it can. */
export const passphraseFault = (typed: string): string | undefined => {
  const passphrase = normalPassphrase(typed)
  if (passphrase === '') return 'is empty'
  if (/\p{Cc}/u.test(passphrase)) return 'holds a control character, which cannot be typed'
  const chars = Array.from(passphrase).length
  if (chars < PASSPHRASE_CHARS_MIN)
    return `has only ${chars} of the ${PASSPHRASE_CHARS_MIN} characters that it needs`
  if (new TextEncoder().encode(passphrase).length > PASSPHRASE_BYTES_MAX)
    return `is longer than ${PASSPHRASE_BYTES_MAX} bytes`
  return undefined
}
