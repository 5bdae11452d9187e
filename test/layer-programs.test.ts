import { beforeAll, expect, test } from '@jest/globals'
import { positionAt } from '../src/text/source.js'
import { casesIn } from './support/cases.js'
import { attempt, compareModels, predict, runProgram, traceProgram } from './support/layer-comparison.js'
import { replaceInitializers, tf } from './support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  replaceInitializers()
})

/**
 * What a program yields, in words: `traced`, `throws: …` or `not modelled: …` with the reason, then what is reported
 * about it, with lines.
 */
test.each(casesIn('test/cases/layers'))('$file: $title', ({ fences }) => {
  const code = fences.get('js')!
  const [outcome = '', ...reports] = fences.get('text')!.trim().split('\n')
  const { graph, reason, diagnostics } = traceProgram(code)
  const state = graph ? 'traced' : `${outcome.split(':')[0]}: ${reason}`
  expect([
    state,
    ...diagnostics
      .filter(({ message }) => message !== reason)
      .map(({ code: name, span }) => `${name} ${span ? positionAt(span.file, span.start).line : ''}`),
  ]).toEqual([outcome, ...reports])
  if (outcome.startsWith('not modelled')) return
  const data = code.includes('embedding(') ? { below: 3 } : {}
  const says = (name: string) => reports.some(report => report.startsWith(`${name} `))
  const real = attempt(() => {
    const program = runProgram(code)
    if (!says('prediction-throws')) predict(program.model, data)
    return program
  })
  expect(real === undefined ? 'throws' : 'traced').toBe(outcome.split(':')[0])
  if (!graph || !real) return
  expect(compareModels(graph, real, data)).toEqual({
    predicts: !says('prediction-throws'),
    trains: !says('training-throws'),
  })
})
