import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { adopt } from '../src/compare/adopt.js'
import { outputPlaces } from '../src/compare/ports.js'
import type { Sides } from '../src/evaluate/difference.js'
import type { Node } from '../src/graph/node.js'
import { decide } from '../src/identity/decide.js'
import type { LeafOptions } from '../src/identity/prove.js'
import { readFunctionBody } from '../src/reading.js'
import { readSpec } from '../src/spec/read.js'
import type { Spec } from '../src/spec/spec.js'
import { sourceFile } from '../src/text/source.js'
import { type Paper, papersIn } from './support/papers.js'

function specNamed(name: string): Spec {
  const path = `specs/${name}.yaml`
  const { spec, diagnostics } = readSpec(sourceFile(path, readFileSync(path, 'utf8')))
  if (!spec) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return spec
}

/** The outputs of a spec and of the body of a function, and what their leaves are. */
function sidesOf(spec: Spec, { inputs }: Paper, body: string): { sides: Sides; options: LeafOptions } {
  const shapes = Object.fromEntries(
    [...inputs].map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }]),
  )
  const { graph: code, reason } = readFunctionBody(body, shapes)
  if (!code) throw new Error(reason?.message)
  const { graph } = adopt(spec, code, [])
  if (!graph) throw new Error('the spec does not fit the code')
  const places = outputPlaces(spec, code.model)
  const names = new Map<Node, string>(code.model.inputs.map(({ node, name }) => [node, name]))
  const leaf = (node: Node) => {
    const name = names.get(node)
    return name === undefined ? undefined : { name, domain: inputs.get(name)!.domain }
  }
  const first = graph.model.outputs.map(({ node }) => node)
  const second = graph.model.outputs.map((_, i) => code.model.outputs[places[i]!]!.node)
  return { sides: { first, second }, options: { leaf } }
}

function outcome(spec: Spec, paper: Paper, body: string): string {
  const { sides, options } = sidesOf(spec, paper, body)
  const decision = decide(sides, options)
  return decision.kind === 'undecided' ? `undecided: ${decision.reason}` : decision.kind
}

describe.each(papersIn('test/cases/papers.md'))('$title', paper => {
  const spec = specNamed(paper.spec)

  test.each(paper.bodies.map((body, i) => ({ body, number: i + 1 })))(
    'implementation $number is as written',
    ({ body }) => {
      expect(outcome(spec, paper, body)).toBe('proved')
    },
  )

  test.each(paper.mutants)('$change is refuted', ({ body }) => {
    expect(outcome(spec, paper, body)).toBe('refuted')
  })
})
