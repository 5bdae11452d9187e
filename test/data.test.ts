import { expect, test } from '@jest/globals'
import { equationsOf } from '../src/equations/equations.js'
import { renderEquations } from '../src/equations/terminal.js'
import { dimensionText } from '../src/graph/dimension.js'
import { readModels } from '../src/reading.js'
import { casesIn } from './support/cases.js'
import { inMemory } from './support/project.js'

/** The equations without the spaces of their columns and the sets of their values, and the sizes of the inputs. */
function found(code: string): string {
  const { models } = readModels({ files: inMemory({ 'model.js': code }), path: 'model.js', target: 'f' })
  const [model] = models
  if (!model?.graph) return `${model?.reason?.code}`
  const [equations = ''] = renderEquations(equationsOf(model.graph)).split(/^where$/m)
  const lines = equations
    .split('\n')
    .map(line =>
      line
        .replace(/ +∈ .*/, '')
        .replace(/(?<=\S) +/g, ' ')
        .replace(/^ {2}/, ''),
    )
    .filter(line => line !== '' && line !== 'f')
  const inputs = model.graph.model.inputs.map(
    ({ name, node }) => `${name}: ${node.type.shape!.map(dimensionText).join('×')}`,
  )
  return [...lines, ...inputs].join('\n')
}

test.each(casesIn('test/cases/data'))('$title', ({ fences }) => {
  expect(found(fences.get('js')!)).toBe(fences.get('text')?.trim())
})
