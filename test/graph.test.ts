import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { expandGraph } from '../src/equations/expanded.js'
import { gradients } from '../src/gradient/gradient.js'
import { GraphBuilder } from '../src/graph/builder.js'
import type { ModelGraph } from '../src/graph/model.js'
import type { Node } from '../src/graph/node.js'
import { isProblem, type Problem } from '../src/graph/op.js'
import { printGraph } from '../src/graph/print.js'
import { Provenance } from '../src/graph/provenance.js'
import { readGraph } from '../src/graph/read.js'
import { verify, verifyModel, verifyPlaces } from '../src/graph/verify.js'
import { printModel } from '../src/meanings/print.js'
import { normalize } from '../src/normal/normalize.js'
import { opTable } from '../src/ops/table.js'
import { readModels } from '../src/reading.js'
import { readSpec } from '../src/spec/read.js'
import { sourceFile } from '../src/text/source.js'
import { casesIn } from './support/cases.js'
import { caseProgram, traceProgram } from './support/execution.js'
import { repository } from './support/project.js'

const folder = 'test/golden'

interface Traced {
  readonly title: string
  readonly graphs: () => readonly ModelGraph[]
}

const golden = readdirSync(folder).map((name): Traced => {
  const file = readdirSync(`${folder}/${name}`).find(entry => entry.startsWith('model.'))!
  return {
    title: name,
    graphs: () =>
      readModels({ files: repository, path: `${folder}/${name}/${file}` }).models.flatMap(
        ({ graph }) => graph ?? [],
      ),
  }
})

const programs = casesIn('test/cases/execution').map(({ file, title, fences }): Traced => {
  return {
    title: `${file}: ${title}`,
    graphs: () => {
      const traced = traceProgram(caseProgram(fences))
      return 'graph' in traced ? [traced.graph] : []
    },
  }
})

function sound<T extends object>(value: T | Problem): T {
  if (isProblem(value)) throw new Error(value.problem)
  return value
}

const outputsOf = ({ model }: ModelGraph): readonly Node[] => model.outputs.map(({ node }) => node)

describe.each([...golden, ...programs])('$title', ({ graphs }) => {
  const all = graphs()

  test('the graph of the trace is sound', () => {
    expect(all.flatMap(graph => [...verifyModel(graph.model, opTable), ...verifyPlaces(graph)])).toEqual([])
  })

  test('it is printed and read back: the same nodes here, the same text elsewhere', () => {
    for (const graph of all) {
      const outputs = outputsOf(graph)
      const text = printModel(graph)
      const again = sound(readGraph(text, graph.builder))
      expect(again.map((node, i) => node === outputs[i])).toEqual(outputs.map(() => true))
      const elsewhere = sound(readGraph(text, new GraphBuilder(opTable)))
      expect(printGraph(elsewhere)).toBe(printGraph(outputs))
    }
  })

  test.each(['training', 'inference'] as const)(
    'it is sound when written out and in normal form: %s',
    mode => {
      for (const graph of all) {
        for (const primitive of [false, true])
          expect(verify(outputsOf(expandGraph(graph, { primitive, mode })), opTable)).toEqual([])
        expect(verify(normalize(outputsOf(graph), graph.builder, mode).outputs, opTable)).toEqual([])
      }
    },
  )

  test('its gradients are sound where there are any', () => {
    for (const graph of all) {
      const [output] = outputsOf(graph)
      const { model } = expandGraph(graph, { primitive: false, mode: 'training' })
      const end = model.outputs[0]!.node
      const leaves = graph.model.inputs.map(({ node }) => node).filter(({ type }) => type.dtype === 'float32')
      if (output?.type.dtype !== 'float32') continue
      const found = gradients(end, leaves, graph.builder)
      if (isProblem(found)) continue
      expect(
        verify(
          found.flatMap(node => node ?? []),
          opTable,
        ),
      ).toEqual([])
    }
  })
})

test.each(readdirSync('specs').filter(name => name.endsWith('.yaml')))('%s: its graph is sound', name => {
  const { spec } = readSpec(sourceFile(`specs/${name}`, readFileSync(`specs/${name}`, 'utf8')))
  const request = { builder: new GraphBuilder(opTable), provenance: new Provenance() }
  const { graph, diagnostics } = spec!.instantiate(request)
  expect(diagnostics).toEqual([])
  expect(verifyModel(graph!.model, opTable)).toEqual([])
})
