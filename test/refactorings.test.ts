import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { check } from '../src/pipeline.js'
import { positionAt, sourceFile } from '../src/text/source.js'
import { goldenModels, mutantsOf } from './support/mutants.js'
import { inMemory } from './support/project.js'
import { type Choice, refactor, refactorings } from './support/refactorings.js'

interface Subject {
  readonly file: string
  readonly spec: string
  /** The source, and the sources after each mutation. */
  readonly sources: readonly string[]
}

const stack: Subject = {
  file: 'model.js',
  spec: `
title: A stack
inputs: { x: [8] }
model:
  - dense: { units: 16, activation: relu, useBias: false }
  - dense: { units: 4, activation: relu, useBias: true }
`,
  sources: [
    `import * as tf from '@tensorflow/tfjs'

export function createModel(sizes = [16, 4]) {
  const layers = sizes.map((units, i) => tf.layers.dense({ units, activation: 'relu', useBias: i > 0 }))
  const model = tf.sequential()
  model.add(tf.layers.inputLayer({ inputShape: [8], sparse: false }))
  layers.forEach(layer => model.add(layer))
  return model
}
`,
  ],
}

const subjects: readonly Subject[] = [
  stack,
  ...goldenModels
    .filter(({ isLarge }) => !isLarge)
    .map(golden => ({
      file: golden.file,
      spec: readFileSync(`specs/${golden.spec}.yaml`, 'utf8'),
      sources: [
        readFileSync(`test/golden/${golden.name}/${golden.file}`, 'utf8'),
        ...mutantsOf(golden).map(({ file }) => file.text),
      ],
    })),
]

/** The verdict, and every finding with its line. */
function judgementOf({ file, spec }: Subject, source: string): string {
  const { verdict, comparison } = check(
    { files: inMemory({ [file]: source }), path: file, target: 'createModel' },
    sourceFile('spec.yaml', spec),
  )
  const findings = (comparison?.findings ?? []).map(({ diagnostic: { code, span } }) => {
    const line = span && positionAt(span.file, span.start).line
    return `${code} ${line}`
  })
  return [verdict, ...findings.sort()].join('\n')
}

function expectTheSame(subject: Subject, original: string, source: string): void {
  const says = judgementOf(subject, original)
  expect({ source, says: judgementOf(subject, source) }).toEqual({ source, says })
}

test.each(subjects)('$file is as written before anything is changed', subject => {
  expect(judgementOf(subject, subject.sources[0]!)).toBe('as written')
})

test.each(Object.keys(refactorings).map((name, which) => ({ name, which })))(
  'a check says the same after: $name',
  ({ which }) => {
    const changed = subjects.flatMap((subject, i) => {
      const original = subject.sources[0]!
      const source = refactor(original, subject.file, [[which, 7 * i + which]])
      return source === original ? [] : [{ subject, original, source }]
    })
    expect(changed.length).toBeGreaterThan(0)
    const at = which % changed.length
    for (const { subject, original, source } of changed.slice(at, at + 2))
      expectTheSame(subject, original, source)
  },
)

const choices: fc.Arbitrary<readonly Choice[]> = fc.array(fc.tuple(fc.nat(9999), fc.nat(9999)), {
  minLength: 2,
  maxLength: 5,
})

test('a check says the same of models and mutants after several changes', () => {
  fc.assert(
    fc.property(fc.nat(9999), fc.nat(9999), choices, (which, mutant, chosen) => {
      const subject = subjects[which % subjects.length]!
      const original = subject.sources[mutant % subject.sources.length]!
      expectTheSame(subject, original, refactor(original, subject.file, chosen))
    }),
    { numRuns: 60, seed: 11 },
  )
})
