import { expect, test } from '@jest/globals'
import { activations } from '../../src/library/activations.js'
import { type CheckOutcome, check } from '../../src/pipeline.js'
import { type Span, sourceFile } from '../../src/text/source.js'
import { differencesIn } from '../support/findings.js'

const names = Object.keys(activations)

const codeWith = (activation: string): string => `const tf = require('@tensorflow/tfjs')
exports.createModel = () => tf.sequential({ layers: [
  tf.layers.dense({ units: 4, inputShape: [3] }),
  tf.layers.activation({ activation: '${activation}' }),
  tf.layers.dense({ units: 2 }),
] })
`

const specWith = (activation: string): string => `title: one hidden layer
inputs: { x: [3] }
model:
  - dense: 4
  - activation: ${activation}
  - dense: 2
`

/** What is said of code with one activation against a spec with another. */
function checked(stated: string, written: string): CheckOutcome {
  const code = codeWith(written)
  const files = {
    read: (path: string) => (path === 'model.js' ? code : undefined),
    exists: (path: string) => path === 'model.js',
  }
  const request = { files, path: 'model.js', target: 'createModel' }
  return check(request, sourceFile('spec.yaml', specWith(stated)))
}

test.each(names)('%s is told from every other activation, at its line', stated => {
  for (const written of names) {
    const { verdict, diagnostics, comparison } = checked(stated, written)
    const lines = differencesIn(comparison?.findings ?? []).map(({ diagnostic }) => lineOf(diagnostic.span))
    // What a linear activation gives is the value of the layer before, at which the missing one is placed.
    const line = written === 'linear' ? 3 : 4
    const expected = stated === written ? ['as written', []] : ['differs', [line]]
    expect([written, diagnostics, verdict, lines]).toEqual([written, [], ...expected])
  }
})

const lineOf = (span: Span | undefined): number | undefined =>
  span?.file.text.slice(0, span.start).split('\n').length
