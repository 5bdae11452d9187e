import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import katex from 'katex'
import { parse } from 'yaml'
import { algorithmOf } from '../src/equations/algorithm.js'
import { algorithmJson } from '../src/equations/algorithm-json.js'
import { algorithmLatex, algorithmMarkdown } from '../src/equations/markdown.js'
import { renderAlgorithm } from '../src/equations/terminal.js'
import type { FoundTraining } from '../src/found.js'
import type { Moved, Step } from '../src/graph/training.js'
import { readModels } from '../src/reading.js'
import { casesIn, sectionsOf } from './support/cases.js'
import { tf } from './support/model-code.js'
import { inMemory } from './support/project.js'
import { type Change, changesOf, type TrainingCall } from './support/training-runs.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

interface Settings extends TrainingCall {
  readonly target: string
  readonly arguments?: Readonly<Record<string, unknown>>
  /** What TensorFlow.js says where it refuses to train. */
  readonly throws?: string
}

const cases = [...casesIn('test/cases/training'), ...sectionsOf('docs', 'training.md')]
  .filter(({ fences }) => fences.has('js'))
  .map(({ file, title, fences }) => ({
    title: `${file}: ${title}`,
    code: fences.get('js') ?? '',
    settings: parse(fences.get('yaml') ?? '') as Settings,
    expected: fences.get('text') ?? '',
  }))

function trainingOf(code: string, { target, arguments: args = {}, inputs = {} }: Settings): FoundTraining {
  const declared = Object.entries(inputs).map(([name, shape]) => [name, { shape, dtype: 'float32' }] as const)
  const { trainings } = readModels({
    files: inMemory({ 'train.js': code }),
    path: 'train.js',
    target,
    arguments: args,
    inputs: Object.fromEntries(declared),
  })
  expect(trainings).toHaveLength(1)
  return trainings[0]!
}

/** The name of a parameter in TensorFlow.js, without the layers of the program that it was made in. */
const nameOf = ({ parameter, layer }: Moved): string =>
  layer ? `${layer.name}/${parameter.name}` : parameter.name

/** What a step is said to change; undefined where it is not sure. */
function saidOf(step: Step): readonly string[] | undefined {
  if (step.kind === 'descent')
    return step.open === undefined ? [...step.moved, ...step.statistics].map(nameOf).sort() : undefined
  return step.kind === 'assignment' ? step.writes.map(({ moved }) => nameOf(moved)).sort() : undefined
}

/** The places in a list of changes that a list of steps can lead to from one of them. */
function placesAfter(steps: readonly Step[], changes: readonly Change[], at: number): ReadonlySet<number> {
  let places = new Set([at])
  for (const step of steps)
    places = new Set([...places].flatMap(place => [...placesAfterStep(step, changes, place)]))
  return places
}

function placesAfterStep(step: Step, changes: readonly Change[], at: number): ReadonlySet<number> {
  if (step.kind === 'alternatives')
    return new Set(step.ways.flatMap(way => [...placesAfter(way, changes, at)]))
  if (step.kind === 'rounds') {
    const count = typeof step.count === 'number' ? step.count : undefined
    const reached = new Set(count === undefined ? [at] : [])
    let front: ReadonlySet<number> = new Set([at])
    for (let round = 1; front.size > 0 && round <= (count ?? changes.length); round++) {
      front = new Set([...front].flatMap(place => [...placesAfter(step.steps, changes, place)]))
      if (count === undefined || round === count) for (const place of front) reached.add(place)
    }
    return reached
  }
  // TensorFlow.js does nothing that is not in the list.
  if (step.kind === 'unfollowed') return new Set([at])
  const said = saidOf(step)
  const change = changes[at]
  return new Set(change && said?.join() === change.changed.join() ? [at + 1] : [])
}

describe.each(cases)('$title', ({ code, settings, expected }) => {
  test('the algorithm', () => {
    const found = trainingOf(code, settings)
    expect(`${renderAlgorithm(algorithmOf(found.graph, found.target))}\n`).toBe(expected)
  })

  test('the steps change what TensorFlow.js changes', async () => {
    const { training } = trainingOf(code, settings).graph
    const run = changesOf(code, settings)
    if (settings.throws !== undefined) {
      await expect(run).rejects.toThrow(settings.throws)
      return
    }
    const changes = await run
    expect(changes.length).toBeGreaterThan(0)
    const places = placesAfter(training.steps, changes, 0)
    const said = training.steps.map(step => saidOf(step) ?? step.kind)
    expect({ said, changes, isAll: places.has(changes.length) }).toEqual({ said, changes, isAll: true })
  })
})

const isEquations = new Ajv({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('grammar/equations.schema.json', 'utf8')),
)

test.each(cases)('$title: other formats', ({ code, settings }) => {
  const found = trainingOf(code, settings)
  const algorithm = algorithmOf(found.graph, found.target)
  const latex = algorithmLatex(algorithm)
  const inMarkdown = [...algorithmMarkdown(algorithm).matchAll(/^ *```math\n([\s\S]*?)^ *```$|\$`(.*?)`\$/gm)]
  for (const formula of [...latex, ...inMarkdown.map(([, display, inline]) => display ?? inline!)])
    expect(() => katex.renderToString(formula, { strict: 'error' })).not.toThrow()
  const entry = { target: found.target, title: algorithm.title, latex, training: algorithmJson(algorithm) }
  isEquations(JSON.parse(JSON.stringify([entry])))
  expect(isEquations.errors).toBe(null)
})
