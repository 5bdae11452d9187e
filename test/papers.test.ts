import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { adopt } from '../src/compare/adopt.js'
import { outputPlaces } from '../src/compare/ports.js'
import type { Sides } from '../src/evaluate/difference.js'
import type { Domain } from '../src/evaluate/domain.js'
import type { Node } from '../src/graph/node.js'
import { decide } from '../src/identity/decide.js'
import type { LeafOptions } from '../src/identity/prove.js'
import { readFunctionBody } from '../src/pipeline.js'
import { readSpec } from '../src/spec/read.js'
import type { Spec } from '../src/spec/spec.js'
import { sourceFile } from '../src/text/source.js'

interface Paper {
  readonly title: string
  readonly spec: string
  readonly inputs: ReadonlyMap<string, { readonly shape: readonly number[]; readonly domain: Domain }>
  readonly bodies: readonly string[]
  readonly mutants: readonly { readonly change: string; readonly body: string }[]
}

const real: Domain = { kind: 'real' }

function inputOf(
  line: string,
): Paper['inputs'] extends ReadonlyMap<string, infer I> ? readonly [string, I] : never {
  const [, name, sizes, interval] = /^(\S+): \[(.*?)\](?: in \((.*)\))?$/.exec(line) ?? []
  const [low = 0, high = 1] = interval?.split(', ').map(Number) ?? []
  const domain: Domain = interval ? { kind: 'interval', low, high } : real
  return [name!, { shape: sizes!.split(', ').map(Number), domain }]
}

function papersIn(path: string): readonly Paper[] {
  const sections = readFileSync(path, 'utf8').split(/^## /m).slice(1)
  return sections.map(section => {
    const fences = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
      ([, name, text]) => [name!, text!] as const,
    )
    const of = (wanted: string) => fences.flatMap(([name, text]) => (name === wanted ? [text] : []))
    const bodies = of('js')
    const mutants = (of('mutants')[0] ?? '')
      .trim()
      .split('\n')
      .map(change => {
        const [before, after = ''] = change.split(/ ⇒ ?/)
        const body = bodies.find(text => text.includes(before!))
        if (body === undefined) throw new Error(`no body has ${before}`)
        return { change, body: body.replace(before!, after) }
      })
    const inputs = new Map(of('inputs')[0]!.trim().split('\n').map(inputOf))
    return {
      title: section.slice(0, section.indexOf('\n')),
      spec: of('spec')[0]!.trim(),
      inputs,
      bodies,
      mutants,
    }
  })
}

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
