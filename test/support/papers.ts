import { readFileSync } from 'node:fs'
import type { Domain } from '../../src/evaluate/domain.js'

/** A spec with bodies of functions that compute what it says, and changes of them that do not. */
export interface Paper {
  readonly title: string
  readonly spec: string
  readonly inputs: ReadonlyMap<string, { readonly shape: readonly number[]; readonly domain: Domain }>
  readonly bodies: readonly string[]
  readonly mutants: readonly { readonly change: string; readonly body: string }[]
}

const real: Domain = { kind: 'real' }

function inputOf(
  line: string,
): Paper['inputs'] extends ReadonlyMap<string, infer I> ? readonly [string, I] : never {
  const [, name, sizes, interval] = /^(\S+): \[(.*?)\](?: in \((.*)\))?$/.exec(line) ?? []
  const [low = 0, high = 1] = interval?.split(', ').map(Number) ?? []
  const domain: Domain = interval ? { kind: 'interval', low, high } : real
  return [name!, { shape: sizes!.split(', ').map(Number), domain }]
}

export function papersIn(path: string): readonly Paper[] {
  const sections = readFileSync(path, 'utf8').split(/^## /m).slice(1)
  return sections.map(section => {
    const fences = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
      ([, name, text]) => [name!, text!] as const,
    )
    const of = (wanted: string) => fences.flatMap(([name, text]) => (name === wanted ? [text] : []))
    const bodies = of('js')
    const mutants = (of('mutants')[0] ?? '')
      .trim()
      .split('\n')
      .map(change => {
        const [before, after = ''] = change.split(/ ⇒ ?/)
        const body = bodies.find(text => text.includes(before!))
        if (body === undefined) throw new Error(`no body has ${before}`)
        return { change, body: body.replace(before!, after) }
      })
    const inputs = new Map(of('inputs')[0]!.trim().split('\n').map(inputOf))
    return {
      title: section.slice(0, section.indexOf('\n')),
      spec: of('spec')[0]!.trim(),
      inputs,
      bodies,
      mutants,
    }
  })
}
