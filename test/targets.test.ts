import { expect, test } from '@jest/globals'
import { readInput } from '../src/cli/inputs.js'
import { check } from '../src/pipeline.js'
import { readModels } from '../src/reading.js'
import { statedText } from '../src/report/facts.js'
import { positionAt, sourceFile } from '../src/text/source.js'
import { projectsIn } from './support/cases.js'
import { inMemory } from './support/project.js'

const spec = sourceFile('spec.yaml', 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dense: 8 }]\n')

/** What a check of `model.js#name size=8` is about. */
function subject(text: string, files: Readonly<Record<string, string>>): string {
  // Bindings hold a sign of equality, which the number of a model has not.
  const [place = '', ...bindings] = text.split(/ (?=\w+=)/)
  const [path = '', target] = place.split('#')
  const args = Object.fromEntries(
    bindings.map(binding => [binding.split('=')[0], Number(binding.split('=')[1])]),
  )
  const outcome = check({ files: inMemory(files), path, target, arguments: args }, spec)
  if (outcome.verdict !== 'unusable') return outcome.target
  return outcome.diagnostics
    .map(({ code, related }) => {
      const listed = related.map(
        ({ message, span }) => `${message.replaceAll('`', '')} ${positionAt(span.file, span.start).line}`,
      )
      return listed.length > 0 ? `${code}: ${listed.join(', ')}` : code
    })
    .join('; ')
}

test.each(projectsIn('test/cases/targets/choices.md'))('$title', ({ files, expected }) => {
  const targets = expected
    .trim()
    .split('\n')
    .map(line => line.split(' → ')[0]!)
  const found = targets.map(target => `${target} → ${subject(target, files)}`)
  expect(`${found.join('\n')}\n`).toBe(expected)
})

/** The verdict on `model.js#name --arg size=8 --input x:[N,7]`, and what the shapes of its inputs come from. */
function judged(text: string, files: Readonly<Record<string, string>>): string {
  const [place = '', ...options] = text.split(' --')
  const [path = '', target] = place.split('#')
  const valuesOf = (name: string) =>
    options.flatMap(option => (option.startsWith(`${name} `) ? [option.slice(name.length + 1)] : []))
  const args = valuesOf('arg').map(binding => binding.split('='))
  const inputs = valuesOf('input').map(input => readInput(input))
  const outcome = check(
    {
      files: inMemory(files),
      path,
      target,
      arguments: Object.fromEntries(args.map(([name, value]) => [name, Number(value)])),
      inputs: Object.fromEntries(
        inputs.flatMap(input => (typeof input === 'string' ? [] : [[input.name, input.declaration]])),
      ),
    },
    sourceFile('spec.yaml', files['spec.yaml']!),
  )
  const stated = statedText(outcome)?.replace(/^[^:]*: |\.$/g, '')
  const why = outcome.reason?.code ?? stated ?? outcome.diagnostics[0]?.code
  return why === undefined ? outcome.verdict : `${outcome.verdict}: ${why}`
}

test.each(projectsIn('test/cases/targets/shapes.md'))('$title', ({ files, expected }) => {
  const targets = expected
    .trim()
    .split('\n')
    .map(line => line.split(' → ')[0]!)
  const found = targets.map(target => `${target} → ${judged(target, files)}`)
  expect(`${found.join('\n')}\n`).toBe(expected)
})

/** The options that the reason asks for why `model.js#name` is not known. */
function asked(place: string, files: Readonly<Record<string, string>>): string {
  const [path = '', target] = place.split('#')
  const { models } = readModels({ files: inMemory(files), path, target })
  if (models[0]?.graph) return 'a model'
  return /`(--(?:input|arg) [^`]*)`/.exec(models[0]?.reason?.help ?? '')?.[1] ?? 'nothing'
}

test.each(projectsIn('test/cases/targets/options.md'))('$title', ({ files, expected }) => {
  const targets = expected
    .trim()
    .split('\n')
    .map(line => line.split(' → ')[0]!)
  const found = targets.map(target => `${target} → ${asked(target, files)}`)
  expect(`${found.join('\n')}\n`).toBe(expected)
})
