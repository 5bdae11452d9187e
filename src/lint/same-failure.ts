import type { Diagnostic } from '../diagnostics/diagnostic.js'

/** A name that TensorFlow.js makes up, `dense_Dense1`, `variable_1`: its number says how many the walk had made before. */
const generated = /\b([a-z0-9_]+_[A-Z]\w*?|variable_)\d+\b/g

/** The same for findings that say the same of one place, also where walks that come by it have made up other names. */
export function failureKey({ code, message, span }: Diagnostic): string {
  const said = message.replace(generated, '$1')
  return JSON.stringify([code, said, span?.file.path, span?.start, span?.end])
}

/** Findings without those that say what another one before them says. */
export function toldOnce(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const told = new Map<string, Diagnostic>()
  for (const entry of found) {
    const key = failureKey(entry)
    if (!told.has(key)) told.set(key, entry)
  }
  return [...told.values()]
}
