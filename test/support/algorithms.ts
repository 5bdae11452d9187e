import { readFileSync } from 'node:fs'
import { symbol } from '../../src/graph/dimension.js'
import { type SourceFile, sourceFile } from '../../src/text/source.js'
import type { TensorDeclaration } from '../../src/trace/host.js'

/** A spec of training with programs that do it, and with changes of them that do not. */
export interface Algorithm {
  readonly title: string
  readonly spec: SourceFile
  readonly programs: readonly Program[]
  readonly mutants: readonly Change[]
  /** Changes of which nothing is said, with words of the reason. */
  readonly undecided: readonly Change[]
}

interface Change {
  readonly change: string
  readonly program: Program
  /** What is to be found of it. */
  readonly code: string
}

export interface Program {
  readonly target: string
  readonly inputs: Readonly<Record<string, TensorDeclaration>>
  readonly code: string
}

/** `// Agent.learn, states: [N, 3], actions: [N] int32` in the first line. */
function programIn(text: string): Program {
  const [first = ''] = text.split('\n')
  const [, target = '', rest = ''] = /^\/\/ ([\w.]+)(.*)$/.exec(first) ?? []
  const inputs = [...rest.matchAll(/(\S+): \[(.*?)\]( int32)?/g)].map(([, name, sizes, isIndex]) => {
    const shape = sizes!.split(', ').map(size => (/^\d+$/.test(size) ? Number(size) : symbol(size, true)))
    const declaration: TensorDeclaration = { shape, dtype: isIndex ? 'int32' : 'float32' }
    return [name!, declaration] as const
  })
  return { target, inputs: Object.fromEntries(inputs), code: text }
}

/** The files of algorithms, which are tested side by side. */
export const algorithmFiles = ['agents', 'networks', 'images', 'by-hand'].map(
  name => `test/cases/algorithms/${name}.md`,
)

export function algorithmsIn(path: string): readonly Algorithm[] {
  const sections = readFileSync(path, 'utf8').split(/^## /m).slice(1)
  return sections.map(section => {
    const fences = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
      ([, name, text]) => [name!, text!] as const,
    )
    const of = (wanted: string) => fences.flatMap(([name, text]) => (name === wanted ? [text] : []))
    const programs = of('js').map(programIn)
    const changes = (kind: string): readonly Change[] =>
      of(kind)
        .flatMap(text => text.trim().split('\n'))
        .map(line => {
          const [before = '', after = '', code = ''] = line
            .split(/ ⇒ ?/)
            .map(part => part.replaceAll('\\n', '\n'))
          const program = programs.find(own => own.code.includes(before))
          if (!program) throw new Error(`no program has ${before}`)
          return { change: line, code, program: { ...program, code: program.code.replace(before, after) } }
        })
    return {
      title: section.split('\n')[0]!,
      spec: specOf(of('spec')[0], of('yaml')[0]),
      programs,
      mutants: changes('mutants'),
      undecided: changes('undecided'),
    }
  })
}

/** A spec of the package by its name, or the one that a section has itself. */
function specOf(name: string | undefined, text: string | undefined): SourceFile {
  if (text !== undefined) return sourceFile('spec.yaml', text)
  const path = `specs/${name!.trim()}.yaml`
  return sourceFile(path, readFileSync(path, 'utf8'))
}
