import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Dimension } from '../graph/dimension.js'
import type { Model, Port } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import type { Clause, StatedModel } from '../spec/spec.js'
import type { Candidate } from './findings.js'
import { relate } from './values.js'

/**
 * For each name that a spec gives, the place of its partner among the code's: by name where both sides have the same
 * names, else by position.
 */
export function placesByName(names: readonly string[], ports: readonly Port[]): readonly number[] {
  const places = names.map(name => ports.findIndex(port => port.name === name))
  const isComplete =
    names.length === ports.length && !places.includes(-1) && new Set(places).size === places.length
  return isComplete ? places : names.map((_, i) => i)
}

/** The places of the code's inputs for those of the spec. */
export const inputPlaces = (spec: StatedModel, code: Model): readonly number[] =>
  placesByName(
    spec.inputs.map(({ name }) => name),
    code.inputs,
  )

/** The places of the code's outputs for those of the spec. */
export const outputPlaces = (spec: Pick<StatedModel, 'clauseOf'>, code: Model): readonly number[] =>
  placesByName(outputNames(spec), code.outputs)

export const outputNames = (spec: Pick<StatedModel, 'clauseOf'>): readonly string[] =>
  [...spec.clauseOf.keys()].flatMap(key => (key.startsWith('output:') ? [key.slice('output:'.length)] : []))

/** Inputs with another shape, and inputs that only one side has. */
export function compareInputs(
  spec: StatedModel,
  code: Model,
  bind: (shape: Attribute) => Attribute,
): readonly Candidate[] {
  const places = inputPlaces(spec, code)
  const found = spec.inputs.flatMap(({ name, shape, clause }, i): readonly Candidate[] => {
    const port = code.inputs[places[i]!]
    const stated = bind(shape) as readonly Dimension[]
    const actual = port?.node.type.shape
    const relation = actual ? relate(stated, actual) : 'different'
    if (relation === 'same') return []
    const candidate = shapeCandidate(
      name,
      shapeText(stated),
      actual ? shapeText(actual) : 'missing',
      port,
      code,
      clause,
    )
    const values = {
      what: `the shape of ${name}`,
      expected: shapeText(stated),
      actual: shapeText(actual ?? null),
    }
    const open = diagnostic('symbolic-value', values, { span: port?.origin.span ?? code.origin.span })
    return [relation === 'open' ? { ...candidate, open } : candidate]
  })
  const extra = code.inputs
    .filter((_, i) => !places.includes(i))
    .map(port =>
      shapeCandidate(port.name, 'none', shapeText(port.node.type.shape), port, code, spec.inputs[0]?.clause),
    )
  return [...found, ...extra]
}

function shapeCandidate(
  input: string,
  expected: string,
  actual: string,
  port: Port | undefined,
  code: Model,
  clause: Clause | undefined,
): Candidate {
  const place = {
    span: port?.origin.span ?? code.origin.span,
    related: clause ? [{ message: 'specified here', span: clause.span }] : [],
  }
  const entry = diagnostic('input-shape-different', { input, expected, actual }, place)
  return {
    finding: { diagnostic: entry, ...(clause && { clause }), evidence: { by: 'shape', expected, actual } },
    effect: 'stated',
  }
}

/** More or fewer outputs than stated. */
export function compareOutputs(spec: StatedModel, specified: Model, code: Model): readonly Candidate[] {
  if (specified.outputs.length === code.outputs.length) return []
  const values = { expected: String(specified.outputs.length), actual: String(code.outputs.length) }
  const clause = [...spec.clauseOf].find(([key]) => key.startsWith('output:'))?.[1]
  const entry = diagnostic('output-different', values, { span: code.origin.span })
  return [
    {
      finding: { diagnostic: entry, ...(clause && { clause }), evidence: { by: 'value', ...values } },
      effect: 'stated',
    },
  ]
}
