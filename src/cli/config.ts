import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { nearest } from '../text/nearest.js'
import type { SourceFile } from '../text/source.js'

/** One entry of `aswritten.yaml`. */
export interface ConfiguredCheck {
  /** `file.ts#target`. */
  readonly target: string
  /** A spec's path, or the name of one that ships. */
  readonly spec: string
  readonly arguments: Readonly<Record<string, unknown>>
}

const fileName = 'aswritten.yaml'

/** The nearest `aswritten.yaml` upwards from a folder. */
export function findConfig(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, fileName)
    if (existsSync(path)) return path
    if (dirname(folder) === folder) return undefined
  }
}

/** Reads the list of checks: data only, nothing in it is executed. */
export function readConfig(file: SourceFile): {
  readonly checks: readonly ConfiguredCheck[]
  readonly problems: readonly string[]
} {
  const lines = new LineCounter()
  const document = parseDocument(file.text, { lineCounter: lines, schema: 'core', merge: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file.path}:${line}:${col}`
  }
  const errors = document.errors.map(error => `${at(error.pos[0])}: ${error.message.split('\n')[0]}`)
  if (errors.length > 0) return { checks: [], problems: errors }
  const content: unknown = safely(() => document.toJS({ maxAliasCount: 0 }))
  const problems: string[] = []
  const place = (path: readonly (string | number)[]) => {
    const node = document.getIn(path, true) as { range?: readonly [number, number, number] } | undefined
    return at(node?.range?.[0] ?? 0)
  }
  const list = isRecord(content) ? content.checks : undefined
  if (!Array.isArray(list)) {
    return {
      checks: [],
      problems: [`${at(0)}: expected \`checks:\` with a list of entries, each with \`target\` and \`spec\``],
    }
  }
  const known = ['target', 'spec', 'arguments']
  const checks = list.flatMap((entry: unknown, i): ConfiguredCheck[] => {
    const where = place(['checks', i])
    if (!isRecord(entry)) {
      problems.push(`${where}: expected an entry with \`target\` and \`spec\``)
      return []
    }
    for (const key of Object.keys(entry)) {
      if (known.includes(key)) continue
      const suggestion = nearest(key, known)
      problems.push(
        `${where}: unknown key \`${key}\`${suggestion ? `; did you mean \`${suggestion}\`?` : ''}`,
      )
    }
    const { target, spec, arguments: args = {} } = entry
    if (typeof target !== 'string')
      problems.push(`${where}: \`target\` must be a text such as \`model.ts#createModel\``)
    if (typeof spec !== 'string') problems.push(`${where}: \`spec\` must be the path or the name of a spec`)
    if (!isRecord(args)) problems.push(`${where}: \`arguments\` must map parameter names to values`)
    return typeof target === 'string' && typeof spec === 'string' && isRecord(args)
      ? [{ target, spec, arguments: args }]
      : []
  })
  return { checks, problems }
}

function safely<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
