import { type ModelRequest, type ReadResult, readModels } from '../pipeline.js'

/**
 * Reads both sides. A value that is given for a parameter goes to the sides that have the parameter; where none has it,
 * both say so.
 */
export function readSides(before: ModelRequest, after: ModelRequest): readonly [ReadResult, ReadResult] {
  const [first, second] = [readKnown(before), readKnown(after)]
  const isUnknown = first.unknown.some(name => second.unknown.includes(name))
  return isUnknown ? [readModels(before), readModels(after)] : [first.read, second.read]
}

/** What is read without the given names that no parameter of the target has, and these names. */
function readKnown(request: ModelRequest): {
  readonly read: ReadResult
  readonly unknown: readonly string[]
} {
  const unknown: string[] = []
  const known = <Value>(given: Readonly<Record<string, Value>> = {}) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => !unknown.includes(name)))
  for (;;) {
    const read = readModels({
      ...request,
      arguments: known(request.arguments),
      inputs: known(request.inputs),
    })
    const names = read.diagnostics.flatMap(({ code, values: { name } }) =>
      code === 'unknown-argument' && name !== undefined && !unknown.includes(name) ? [name] : [],
    )
    if (names.length === 0) return { read, unknown }
    unknown.push(...names)
  }
}
