import type { Model } from '../graph/model.js'
import type { HostObject, UnknownValue } from './value.js'

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
