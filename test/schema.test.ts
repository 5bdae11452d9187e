import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { parse, stringify } from 'yaml'
import { readConfig } from '../src/cli/config.js'
import { readSpec } from '../src/spec/read.js'
import { sourceFile } from '../src/text/source.js'
import { casesIn, projectsIn } from './support/cases.js'

const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true })
const schemaIn = (name: string) => JSON.parse(readFileSync(`grammar/${name}.schema.json`, 'utf8'))
const isSpec = ajv.compile(schemaIn('spec'))
const isConfig = ajv.compile(schemaIn('aswritten'))

const shipped = readdirSync('specs').map(name => readFileSync(`specs/${name}`, 'utf8'))
const projects = ['check', 'report'].flatMap(folder =>
  readdirSync(`test/cases/${folder}`).flatMap(name => projectsIn(`test/cases/${folder}/${name}`)),
)
const accepts = (text: string): boolean => readSpec(sourceFile('spec.yaml', text)).spec !== undefined

describe('the schema of specs', () => {
  const specs = [...shipped, ...projects.map(({ files }) => files['spec.yaml']!)].filter(accepts)

  test('holds for every spec that the reader accepts', () => {
    for (const text of specs) {
      isSpec(parse(text))
      expect({ text, errors: isSpec.errors }).toEqual({ text, errors: null })
    }
  })

  /** Sections of bad specs whose fault a schema cannot express: YAML itself, names, symbols, shapes, equations. */
  const beyond = /LaTeX|bomb|twice|symbol|Symbols|expression|equation|shapes|lead nowhere|itself|Repeats/

  test.each(
    casesIn('test/cases/input').filter(({ file, title }) => file === 'specs.md' && !beyond.test(title)),
  )('$title', ({ fences }) => expect(isSpec(parse(fences.get('yaml')!))).toBe(false))

  /** A place in a spec, and what may happen to it. */
  const change = fc.tuple(
    fc.nat(),
    fc.oneof(
      fc.record({
        kind: fc.constant('value' as const),
        value: fc.constantFrom(null, 0, -1, 1.5, 'x', true, [], [3], {}),
      }),
      fc.record({
        kind: fc.constant('key' as const),
        value: fc.constantFrom('nam', 'units', 'dense', 'rate', 'title'),
      }),
      fc.constant({ kind: 'out' as const, value: null }),
    ),
  )

  test('holds for every changed spec that the reader accepts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...specs), change, (text, [at, { kind, value }]) => {
        const content: unknown = parse(text)
        const places = placesIn(content)
        const { owner, key } = places[at % places.length]!
        if (kind === 'value') owner[key] = value
        else {
          const before = owner[key]
          if (Array.isArray(owner)) owner.splice(Number(key), 1)
          else delete owner[key]
          if (kind === 'key' && !Array.isArray(owner)) owner[value] = before
        }
        const changed = stringify(content)
        if (accepts(changed)) {
          expect({ changed, valid: isSpec(parse(changed)) }).toEqual({ changed, valid: true })
        }
      }),
      { numRuns: 1500 },
    )
  }, 60_000)
})

type Owner = Record<string, unknown>

function placesIn(content: unknown): readonly { readonly owner: Owner; readonly key: string }[] {
  if (typeof content !== 'object' || content === null) return []
  const owner = content as Owner
  return Object.keys(owner).flatMap(key => [{ owner, key }, ...placesIn(owner[key])])
}

describe('the schema of aswritten.yaml agrees with its reader', () => {
  /** Sections of bad lists whose fault a schema cannot express. */
  const beyond = /twice|alias|YAML/
  const bad = casesIn('test/cases/input').filter(
    ({ file, title }) => file === 'checks.md' && !beyond.test(title),
  )

  test.each(bad)('$title', ({ fences }) => {
    expect(isConfig(parse(fences.get('yaml')!))).toBe(false)
  })

  test.each([
    'checks: [{ target: model.js, spec: lenet5-modern }]',
    'checks: [{ target: model.ts#createModel, spec: a.yaml, arguments: { units: 32, config: { rate: 0.5 } } }]',
    'checks: [{ target: model.ts#forward, spec: a.yaml, inputs: { x: [N, 784], y: { shape: [N], dtype: int32 } } }]',
    'checks: [{ target: model.ts, spec: a.yaml, artifacts: { mobilenet: base/model.json } }]',
  ])('%j', text => {
    expect(readConfig(sourceFile('aswritten.yaml', text)).diagnostics).toEqual([])
    expect(isConfig(parse(text))).toBe(true)
  })
})
