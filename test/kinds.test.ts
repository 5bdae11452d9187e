import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { diff } from '../src/diff/diff.js'
import { readSides } from '../src/diff/sides.js'
import { symbol } from '../src/graph/dimension.js'
import { check } from '../src/pipeline.js'
import { sourceFile } from '../src/text/source.js'
import type { TensorDeclaration } from '../src/trace/host.js'
import { type ProjectCase, projectsIn } from './support/cases.js'
import { inMemory } from './support/project.js'

/** The shapes that a spec states, with the batch in front. */
function inputsOf(text: string): Readonly<Record<string, TensorDeclaration>> {
  type Stated = readonly number[] | { readonly shape: readonly number[]; readonly batch: false }
  const { inputs } = parse(text) as { inputs: Readonly<Record<string, Stated>> }
  return Object.fromEntries(
    Object.entries(inputs).map(([name, stated]) => {
      const shape = 'shape' in stated ? stated.shape : [symbol('N', true), ...stated]
      return [name, { shape, dtype: 'float32' } as const]
    }),
  )
}

const cases = projectsIn('test/cases/kinds.md')

function checked({ files }: ProjectCase, path: string): string {
  const spec = sourceFile('spec.yaml', files['spec.yaml']!)
  const { verdict, comparison, diagnostics } = check({ files: inMemory(files), path, target: 'f' }, spec)
  expect(diagnostics.map(({ message }) => message)).toEqual([])
  const codes = (comparison?.findings ?? []).flatMap(({ diagnostic: { code }, clause }) =>
    clause ? [code] : [],
  )
  return [verdict, ...new Set(codes)].join(': ')
}

function compared({ files }: ProjectCase): string {
  const inputs = inputsOf(files['spec.yaml']!)
  const [first, second] = ['right.js', 'wrong.js'].map(path => ({
    files: inMemory(files),
    path,
    target: 'f',
    inputs,
  }))
  const [before, after] = readSides(first!, second!)
  const { targets } = diff(
    { ...first!, label: 'right', read: before },
    { ...second!, label: 'wrong', read: after },
  )
  const outputs = targets[0]?.cases[0]?.outputs
  return [outputs?.verdict, outputs?.named?.code].filter(Boolean).join(': ')
}

test.each(cases)('$title', project => {
  expect(checked(project, 'right.js')).toBe('as written')
  expect(`check ${checked(project, 'wrong.js')}\ndiff ${compared(project)}\n`).toBe(project.expected)
})
