/**
 * Reading what a peer's JSON claims. Only named, own fields are looked at and copied, one by one,
 * each through a check: unknown keys, `__proto__` and deep nests never reach a value of ours.
 */

/** The checked (copied, normalised) value; undefined: it is not of this kind. */
export type Check<A> = (value: unknown) => A | undefined

/** A whole number from `min` to `max`, never −0. */
export const integer =
  (min: number, max: number): Check<number> =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value + 0
      : undefined

/** A string that `form`, which must be anchored and bounded, describes. */
export const matching =
  (form: RegExp): Check<string> =>
  (value) =>
    typeof value === 'string' && form.test(value) ? value : undefined

/** Any string of Unicode text, so without lone surrogates (JSON can spell those). */
export const unicode: Check<string> = (value) =>
  typeof value === 'string' && value.isWellFormed() ? value : undefined

/** One of the strings listed. */
export const oneOf =
  <A extends string>(choices: readonly A[]): Check<A> =>
  (value) =>
    choices.find((choice) => choice === value)

/** A list of at most `lengthMax` entries of one kind. */
export const listOf =
  <A>(check: Check<A>, lengthMax: number): Check<readonly A[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > lengthMax) return undefined
    const copy: A[] = []
    for (const entry of value) {
      const checked = check(entry)
      if (checked === undefined) return undefined
      copy.push(checked)
    }
    return copy
  }

/** An object whose fields `read` takes. */
export const objectOf =
  <A>(read: (fields: Fields) => A): Check<A> =>
  (value) => {
    const fields = new Fields(value)
    const whole = read(fields)
    return fields.fault === undefined ? whole : undefined
  }

/** The fields of one object. After all were taken, `fault` tells whether what they made counts. */
export class Fields {
  readonly #object: object
  /** What was wrong first; undefined: nothing. */
  fault: string | undefined

  constructor(value: unknown) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      this.#object = value
    } else {
      this.#object = {}
      this.fault = 'it is not an object'
    }
  }

  /** A field that must be there. */
  take<A>(name: string, check: Check<A>): A {
    const value = Object.hasOwn(this.#object, name)
      ? check(this.#object[name as keyof object])
      : undefined
    if (value === undefined) this.fault ??= `field "${name}" is missing or wrong`
    // Where it is undefined there is a fault now, and what was read is thrown away as a whole.
    return value as A
  }

  /** A field that may be left out; null counts as wrong. */
  takeOptional<A>(name: string, check: Check<A>): A | undefined {
    return Object.hasOwn(this.#object, name) ? this.take(name, check) : undefined
  }

  /** Notes what is wrong between fields that are each right. */
  refuse(detail: string): void {
    this.fault ??= detail
  }
}
