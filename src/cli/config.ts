import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { isDataType } from '../graph/type.js'
import { FieldReader } from '../spec/fields.js'
import { entriesOf, itemsOf, readYaml, scalarOf, type YamlEntry, type YamlNode } from '../spec/yaml.js'
import { type SourceFile, type Span, spanText } from '../text/source.js'
import type { TensorDeclaration } from '../trace/host.js'
import { type FailOn, failures, isFailOn } from './exit.js'
import { sizeOf } from './inputs.js'

/** A text that the user wrote; `span` where it stands in a file. */
export interface Stated {
  readonly text: string
  readonly span?: Span
}

/** A check as it was asked for, on the command line or in `aswritten.yaml`. Nothing of it was looked up yet. */
export interface AskedCheck {
  /** `file.ts#target`. */
  readonly target: Stated
  /** A spec's path, or the name of one that ships. */
  readonly spec: Stated
  readonly arguments: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, TensorDeclaration>>
  /** The path of each `model.json`, by the name of what the code loads. */
  readonly artifacts: Readonly<Record<string, Stated>>
}

export const configName = 'aswritten.yaml'

/** The nearest file of a name, from a folder upwards. */
export function findUpwards(name: string, start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, name)
    if (existsSync(path)) return path
    if (dirname(folder) === folder) return undefined
  }
}

/** What `aswritten.yaml` says. */
export interface Config {
  readonly checks: readonly AskedCheck[]
  readonly failOn?: FailOn
  readonly maxUnverified?: number
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads the list of checks: data only, nothing in it is executed. All errors are told together, with their places. */
export function readConfig(file: SourceFile): Config {
  const { root, diagnostics } = readYaml(file)
  if (!root) return { checks: [], diagnostics }
  const reader = new ConfigReader(file, diagnostics)
  const read = reader.read(root)
  return { ...read, diagnostics: reader.diagnostics }
}

class ConfigReader extends FieldReader {
  read(root: YamlNode): Omit<Config, 'diagnostics'> {
    const fields = this.fields(root, configName, ['checks', 'fail-on', 'max-unverified'], ['checks'])
    const [fail, most] = [fields.get('fail-on'), fields.get('max-unverified')]
    const [failOn, maxUnverified] = [scalarOf(fail?.value), scalarOf(most?.value)]
    if (fail && !isFailOn(failOn)) this.#refuse(configName, fail, failures.join(', '))
    if (most && !isCount(maxUnverified)) this.#refuse(configName, most, 'a whole number, 0 or more')
    return {
      checks: this.#checks(fields.get('checks')),
      ...(isFailOn(failOn) && { failOn }),
      ...(isCount(maxUnverified) && { maxUnverified }),
    }
  }

  #checks(list: YamlEntry | undefined): readonly AskedCheck[] {
    if (!list) return []
    const items = itemsOf(list.value) ?? []
    if (items.length === 0) this.#refuse(configName, list, 'a list of checks, each with `target` and `spec`')
    const seen = new Map<string, Span>()
    return items.flatMap(item => {
      const check = this.#check(item)
      if (!check) return []
      const first = seen.get(sameness(check))
      if (first) this.#repeated(check, first)
      else seen.set(sameness(check), check.target.span)
      return [check]
    })
  }

  #check(item: YamlNode): (AskedCheck & { readonly target: Required<Stated> }) | undefined {
    const before = this.diagnostics.length
    const known = ['target', 'spec', 'arguments', 'inputs', 'artifacts']
    const fields = this.fields(item, 'check', known, ['target', 'spec'])
    const target = this.#text('check', fields.get('target'), 'a text such as `model.ts#createModel`')
    const spec = this.#text('check', fields.get('spec'), 'the path or the name of a spec')
    const args = this.#named(fields.get('arguments'), ['units'], entry => this.#json(entry.value))
    const inputs = this.#named(fields.get('inputs'), ['x'], entry => this.#tensor(entry))
    const artifacts = this.#named(fields.get('artifacts'), ['name'], entry =>
      this.#text('artifacts', entry, 'the path of a model.json, or shapes as [4]->[2]'),
    )
    if (this.diagnostics.length > before || !target || !spec) return undefined
    return { target, spec, arguments: args, inputs, artifacts }
  }

  /** What is given by name; `known` shows how an entry looks. */
  #named<Value>(
    entry: YamlEntry | undefined,
    known: readonly string[],
    read: (entry: YamlEntry) => Value | undefined,
  ): Readonly<Record<string, Value>> {
    if (!entry) return {}
    const entries = this.entries(entry.value, entry.key, [...known, '…']) ?? []
    return Object.fromEntries(
      entries.flatMap(item => {
        const value = read(item)
        return value === undefined ? [] : [[item.key, value]]
      }),
    )
  }

  #text(owner: string, entry: YamlEntry | undefined, expected: string): Required<Stated> | undefined {
    if (!entry) return undefined
    const text = scalarOf(entry.value)
    if (typeof text === 'string' && text.trim() !== '') return { text, span: entry.span }
    this.#refuse(owner, entry, expected)
    return undefined
  }

  /** `[N, 784]`, or `{ shape: [N], dtype: int32 }`. */
  #tensor(entry: YamlEntry): TensorDeclaration | undefined {
    const fields = entriesOf(entry.value, this.file)
      ? this.fields(entry.value, entry.key, ['shape', 'dtype'], ['shape'])
      : new Map([['shape', entry]])
    const [shape, type] = [fields.get('shape'), fields.get('dtype')]
    if (!shape) return undefined
    const sizes = itemsOf(shape.value)?.map(item => sizeOf(String(scalarOf(item))))
    if (!sizes || sizes.includes(undefined))
      this.#refuse('inputs', shape, 'a list of sizes, each a whole number or a name, such as `[N, 784]`')
    const dtype = type ? String(scalarOf(type.value)) : 'float32'
    if (type && !isDataType(dtype)) this.#refuse(entry.key, type, 'float32, int32 or bool')
    return isDataType(dtype) && sizes
      ? { shape: sizes.flatMap(size => (size === undefined ? [] : [size])), dtype }
      : undefined
  }

  #json(node: YamlNode | null): unknown {
    const items = itemsOf(node)
    if (items) return items.map(item => this.#json(item))
    const entries = entriesOf(node, this.file)
    if (entries) return Object.fromEntries(entries.map(({ key, value }) => [key, this.#json(value)]))
    return scalarOf(node) ?? null
  }

  #refuse(owner: string, { key, value, span }: YamlEntry, expected: string): void {
    const isList = itemsOf(value) !== undefined
    const isEmpty = isList && itemsOf(value)!.length === 0
    const found = entriesOf(value, this.file) ? 'a map' : isEmpty ? '[]' : isList ? 'a list' : undefined
    const shown = found ?? (scalarOf(value) === null ? 'empty' : spanText(span).slice(0, 60))
    this.report('spec-invalid-value', { layer: owner, key, value: shown, expected }, span)
  }

  #repeated({ target, spec }: AskedCheck & { readonly target: Required<Stated> }, first: Span): void {
    const values = { target: target.text, spec: spec.text }
    const related = [{ message: 'the same check', span: first }]
    this.diagnostics.push(diagnostic('duplicate-check', values, { span: target.span, related }))
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** Two checks that have this in common are one. */
function sameness({ target, spec, artifacts, ...given }: AskedCheck): string {
  const paths = Object.entries(artifacts).map(([name, { text }]) => [name, text])
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
  return JSON.stringify([target.text, spec.text, paths, given], plain)
}
