import { type ModelRequest, type ReadResult, readModels } from '../reading.js'

/**
 * Reads all sides. A value that is given for a parameter goes to the sides that have the parameter; where none has it,
 * all say so.
 */
export function readSides<Requests extends readonly ModelRequest[]>(
  ...requests: Requests
): { readonly [Place in keyof Requests]: ReadResult } {
  const known = requests.map(readKnown)
  const isUnknown = known[0]?.unknown.some(name => known.every(({ unknown }) => unknown.includes(name)))
  const read = isUnknown ? requests.map(readModels) : known.map(side => side.read)
  return read as { readonly [Place in keyof Requests]: ReadResult }
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
