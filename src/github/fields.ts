/** A field of a value that was written by others, wherever it is; undefined if it is not there. */
export function field(value: unknown, ...names: readonly string[]): unknown {
  let found = value
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Readonly<Record<string, unknown>>)[name]
  }
  return found
}

/** The same where it is a text. */
export function textField(value: unknown, ...names: readonly string[]): string | undefined {
  const found = field(value, ...names)
  return typeof found === 'string' ? found : undefined
}

/** The same where it is a whole number from zero on. */
export function numberField(value: unknown, ...names: readonly string[]): number | undefined {
  const found = field(value, ...names)
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : undefined
}
