import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import katex from 'katex'
import { type EquationOptions, type Expansion, equationsOf } from '../src/equations/equations.js'
import { gradientEquations, readGradientRequest } from '../src/equations/gradients.js'
import { toLatex } from '../src/equations/latex.js'
import { latexLines, toMarkdown } from '../src/equations/markdown.js'
import { renderParameters } from '../src/equations/parameters.js'
import { linesOf, plainModel, renderPlain } from '../src/equations/plain.js'
import { specText } from '../src/equations/spec-text.js'
import type { EquationSystem, Item } from '../src/equations/system.js'
import { renderEquations } from '../src/equations/terminal.js'
import type { ModelGraph } from '../src/graph/model.js'
import { isProblem } from '../src/graph/op.js'
import { printModel } from '../src/meanings/print.js'
import { elaborateText } from '../src/ops/elaborate.js'
import { readModels } from '../src/reading.js'
import { projectsIn } from './support/cases.js'
import { inMemory, repository } from './support/project.js'
import { readBack } from './support/read-back.js'

const folder = 'test/golden'
const models = readdirSync(folder).map(name => {
  const file = readdirSync(`${folder}/${name}`).find(entry => entry.startsWith('model.'))!
  return { name, path: `${folder}/${name}/${file}` }
})

function graphOf(path: string): ModelGraph {
  const { models: found } = readModels({ files: repository, path, target: 'createModel' })
  return found[0]!.graph!
}

const expansions: readonly Expansion[] = ['layer', 'definition', 'primitive']
const every: readonly EquationOptions[] = expansions.flatMap(expand => [
  { expand },
  { expand, mode: 'training' },
  { expand, mode: 'inference' },
])

/** Every formula of a Markdown page: in fences and between backticks. */
function formulasIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```math\n([\s\S]*?)^```$|\$`(.*?)`\$/gm)].map(
    ([, display, inline]) => display ?? inline!,
  )
}

function systemsIn(system: EquationSystem): readonly EquationSystem[] {
  return [system, ...system.parts.flatMap(systemsIn)]
}

function linesIn(items: readonly Item[]): readonly string[] {
  return items.flatMap(item => (item.kind === 'equation' ? [toLatex(item.left)] : linesIn(item.items)))
}

test.each(models)('the gradients of $name have formulas, or say which op has none', ({ path }) => {
  const system = gradientEquations(graphOf(path), [{}])
  if (isProblem(system)) {
    expect(system.problem).toMatch(/`(averagePool2d|recurrence)`/)
    return
  }
  for (const formula of formulasIn(toMarkdown(system)))
    expect(() => katex.renderToString(formula, { strict: 'error' })).not.toThrow()
  expect(toMarkdown(system)).toContain('\\nabla')
})

describe.each(projectsIn('docs/equations.md').filter(({ expected }) => expected !== ''))(
  'docs/equations.md: $title',
  ({ files, expected, remark }) => {
    test('prints what the page shows', () => {
      const { models: found } = readModels({
        files: inMemory(files),
        path: 'model.ts',
        target: 'createModel',
      })
      const graph = found[0]!.graph!
      const options = Object.fromEntries(remark.split(',').map(option => option.slice(2).split('=')))
      const { format, gradient, ...rest } = options as {
        format?: string
        gradient?: string
      } & EquationOptions
      const system =
        gradient === undefined
          ? equationsOf(graph, rest)
          : gradientEquations(graph, [readGradientRequest(gradient)])
      if (isProblem(system)) throw new Error(system.problem)
      const others: Readonly<Record<string, () => string>> = {
        plain: () => renderPlain(graph),
        'plain-latex': () => renderPlain(graph, 'latex'),
        spec: () => specText(graph),
        'spec-latex': () => specText(graph, 'latex'),
        parameters: () => renderParameters(graph),
        graph: () => printModel(graph).trimEnd(),
      }
      const text = (others[format ?? ''] ?? (() => renderEquations(system)))()
      expect(`${text}\n`).toBe(expected)
    })
  },
)

describe.each(models)('$name', ({ name, path }) => {
  const graph = graphOf(path)

  test('reads as its page', () => {
    expect(toMarkdown(equationsOf(graph))).toBe(readFileSync(`${folder}/${name}/equations.md`, 'utf8'))
  })

  test.each(every)('KaTeX accepts every formula: %j', options => {
    const system = equationsOf(graph, options)
    const { items, definitions, training } = system
    for (const formula of [
      ...formulasIn(toMarkdown(system)),
      ...latexLines([...items, ...definitions, ...training]),
    ])
      expect(() => katex.renderToString(formula, { throwOnError: true, strict: 'error' })).not.toThrow()
  })

  test.each(every)('no symbol is defined twice: %j', options => {
    for (const { items, training } of systemsIn(equationsOf(graph, options))) {
      const own = linesIn(items)
      const taken = new Set(own)
      expect(taken.size).toBe(own.length)
      expect(linesIn(training).filter(left => taken.has(left))).toEqual([])
    }
  })

  test('the explanations account for every parameter', () => {
    const system = equationsOf(graph)
    const counts = systemsIn(system)
      .flatMap(({ explanations }) => explanations)
      .flatMap(({ count }) => (typeof count === 'number' ? [count] : []))
    expect(counts.reduce((a, b) => a + b, 0)).toBe(system.parameters.total)
  })

  test.each(['plain', 'latex'] as const)('%s reads as the same graph', spelling => {
    const { inputs, learned, statements } = plainModel(graph)
    const known = new Map([...inputs, ...learned])
    for (const statement of statements) {
      if (statement.kind !== 'value') continue
      const [line = ''] = linesOf(statement, spelling)
      const right = line.slice(line.indexOf('=') + 1)
      const isLocal = [...statement.reads].every(name => known.has(name))
      const value = elaborateText(right, { value: key => known.get(key) }, graph.builder)
      if (isLocal && !isProblem(value)) expect(value).toBe(statement.node)
      known.set(statement.name, statement.node)
    }
    expect(readBack(graph, spelling)).toBe('as written')
  })

  test('fits a wide terminal', () => {
    for (const line of renderEquations(equationsOf(graph)).split('\n'))
      expect([...line].length).toBeLessThanOrEqual(140)
  })
})

describe.each(models)('the equations of $name', ({ path }) => {
  test.each(every)('are the same where their parts say what they stand for, with %o', options => {
    const graph = graphOf(path)
    const [plain, withTerms] = [equationsOf(graph, options), equationsOf(graph, { ...options, terms: true })]
    expect(toMarkdown(withTerms)).toBe(toMarkdown(plain))
    expect(renderEquations(withTerms)).toBe(renderEquations(plain))
  })
})
