import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Model } from '../graph/model.js'
import type { HostObject, ObjectValue, UnknownValue } from './value.js'

/** A model, or why it is not known. */
export type Found = Model | UnknownValue

/** A model that a walk has come across. */
export interface FoundModelEntry {
  readonly object: HostObject
  readonly read: () => Model | UnknownValue
  /** The repeated code that it stands for, of which each round builds models. */
  readonly within?: unknown
}

/** Leaves one entry for all models that were found since, which are gone, for the code of which each round builds some. */
export function forgetModels(
  found: FoundModelEntry[],
  before: number,
  { read, within }: Required<Pick<FoundModelEntry, 'read' | 'within'>>,
): void {
  const [first] = found.splice(before)
  if (first && !found.some(entry => entry.within === within))
    found.push({ object: first.object, read, within })
}

/** Why it is not known how a model is trained. */
export function causesOf(model: Found): readonly Diagnostic[] {
  if (!('applications' in model) || !model.compilation) return []
  const { losses, optimizer } = model.compilation
  return [...losses, ...(optimizer ? [optimizer] : [])].flatMap(({ cause }) => (cause ? [cause] : []))
}

/** Models of which the same is said to keep them from being known are told once, unless variables tell them apart. */
export function withoutRepeated(
  models: readonly Found[],
  variables: ReadonlyMap<Found, string>,
): readonly Found[] {
  const told = new Set<string>()
  return models.filter(model => {
    if ('applications' in model || !model.reason || variables.has(model)) return true
    const { code, message, span } = model.reason
    const reason = [code, message, span?.file.path, span?.start].join('\n')
    return !told.has(reason) && told.add(reason)
  })
}

/** Whether a function gives what something found inside it computes. */
export function same(a: Found, b: Found): boolean {
  if (!('outputs' in a) || !('outputs' in b) || a.outputs.length !== b.outputs.length) return false
  return a.outputs.every(({ node }, i) => node === b.outputs[i]!.node)
}

/** The returned model first; each model once. */
export function ordered(
  found: readonly FoundModelEntry[],
  returned: ObjectValue | undefined,
): readonly FoundModelEntry[] {
  const unique = found.filter((entry, i) => found.findIndex(({ object }) => object === entry.object) === i)
  return [
    ...unique.filter(({ object }) => object === returned),
    ...unique.filter(({ object }) => object !== returned),
  ]
}
