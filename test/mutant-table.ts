import { readFileSync, writeFileSync } from 'node:fs'
import { type MeasuredGroup, mutationsPage } from '../build/mutations-page.js'
import { type Judged, judge, type Original, readOriginal } from '../src/mutation/judge.js'
import { mutantsOf, operators } from '../src/mutation/table.js'
import type { ModelRequest } from '../src/reading.js'
import { countByOperator, countOutcomes } from '../src/report/mutation-facts.js'
import { readSpec } from '../src/spec/read.js'
import { type SourceFile, sourceFile } from '../src/text/source.js'
import { algorithmFiles, algorithmsIn } from './support/algorithms.js'
import { goldenModels, originalOf, programAt } from './support/mutants.js'
import { papersIn } from './support/papers.js'
import { inMemory } from './support/project.js'

/*
 * Plants all faults into all golden models, into the first implementation of every equation of a paper, and into the
 * first program of every training algorithm, and writes docs/mutations.md.
 */

interface Subject {
  readonly name: string
  readonly source: string
  readonly original: Original
}

const subject = (
  name: string,
  file: string,
  source: string,
  spec: SourceFile,
  request: Omit<ModelRequest, 'files' | 'path'>,
): Subject => {
  const files = inMemory({ [file]: source })
  return {
    name,
    source,
    original: readOriginal({ files, path: file, ...request }, { path: spec.path, ...readOrThrow(spec) }),
  }
}

function readOrThrow(file: SourceFile) {
  const { spec, diagnostics } = readSpec(file)
  if (!spec) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return { spec, diagnostics }
}

const shipped = (name: string) => sourceFile(`specs/${name}.yaml`, readFileSync(`specs/${name}.yaml`, 'utf8'))

const groups: readonly { readonly title: string; readonly subjects: () => Iterable<Subject> }[] = [
  {
    title: 'Models of layers',
    *subjects() {
      for (const golden of goldenModels) {
        const original = originalOf(golden)
        const { path, files } = original.request
        yield { name: golden.name, source: files.read(path)!, original }
      }
    },
  },
  {
    title: 'Training algorithms',
    *subjects() {
      for (const { title, spec, programs } of algorithmFiles.flatMap(algorithmsIn)) {
        const { code, target, inputs } = programs[0]!
        yield subject(title, 'train.js', code, spec, { target, inputs })
      }
    },
  },
  {
    title: 'Equations of papers',
    *subjects() {
      for (const { title, spec, inputs, bodies } of papersIn('test/cases/papers.md')) {
        const source = `export function f(${[...inputs.keys()].join(', ')}) {\n${bodies[0]!}}\n`
        const shapes = [...inputs].map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }])
        const request = { target: 'f', inputs: Object.fromEntries(shapes) }
        yield subject(title, 'f.js', source, shipped(spec), request)
      }
    },
  },
]

const named = process.argv.slice(2)

/** What is known so far is on the page after each program, so that a run that is ended was not in vain. */
const told: {
  readonly title: string
  readonly judged: Judged[]
  readonly rows: MeasuredGroup['rows'][number][]
}[] = []
for (const { title, subjects } of groups) {
  const group = { title, judged: [] as Judged[], rows: [] as MeasuredGroup['rows'][number][] }
  told.push(group)
  for (const { name, source, original } of subjects()) {
    if (named.length > 0 && !named.includes(name)) continue
    const start = performance.now()
    const own = mutantsOf(programAt(original.request.path, source)).map(mutant => judge(original, mutant))
    console.log(`${name}: ${own.length} faults in ${((performance.now() - start) / 1000).toFixed(1)} s`)
    for (const { outcome, mutant, reason } of own)
      if (outcome === 'as written' || outcome === 'unverified')
        console.log(
          `  line ${mutant.lines[0]}: ${outcome}: ${mutant.operator} ${mutant.what}${reason === undefined ? '' : `: ${reason}`}`,
        )
    group.judged.push(...own)
    group.rows.push({ name, counts: countOutcomes(own) })
    if (named.length === 0) writeFileSync('docs/mutations.md', mutationsPage(told.map(measured), operators))
  }
}

function measured({ title, judged, rows }: (typeof told)[number]): MeasuredGroup {
  const byOperator = countByOperator([{ target: title, judged, untried: 0 }])
  return { title, rows, byOperator, total: countOutcomes(judged) }
}
