import type { Code, HolesOf } from '../diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { textOf } from '../library/config.js'
import { nearest } from '../text/nearest.js'
import type { SourceFile, Span } from '../text/source.js'
import { entriesOf, itemsOf, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

/** Reads the maps of a YAML file whose keys are known, and collects what is wrong with them. */
export class FieldReader {
  readonly file: SourceFile
  readonly diagnostics: Diagnostic[]

  /** `diagnostics` are what reading the YAML found. */
  constructor(file: SourceFile, diagnostics: readonly Diagnostic[] = []) {
    this.file = file
    this.diagnostics = [...diagnostics]
  }

  report<C extends Code>(
    code: C,
    values: Readonly<Record<HolesOf<C>, string>>,
    span: Span,
    help?: string,
  ): void {
    this.diagnostics.push(diagnostic(code, values, { span, help }))
  }

  /** Entries by key; unknown keys are reported with the nearest known one, and missing ones that are required. */
  fields(
    node: YamlNode | null | undefined,
    owner: string,
    known: readonly string[],
    required: readonly string[] = [],
  ): ReadonlyMap<string, YamlEntry> {
    const entries = this.entries(node, owner, known)
    if (!entries) return new Map()
    const meant = new Set<string>()
    for (const { key, keySpan } of entries) {
      if (known.includes(key)) meant.add(key)
      else meant.add(this.unknownKey(owner, key, known, keySpan) ?? '')
    }
    for (const key of required) {
      if (meant.has(key)) continue
      const { start } = spanOf(node!, this.file)
      this.report('spec-missing-key', { layer: owner, key }, { file: this.file, start, end: start + 1 })
    }
    return new Map(entries.map(entry => [entry.key, entry]))
  }

  /** The entries of what must be a map; anything else is reported. */
  entries(
    node: YamlNode | null | undefined,
    owner: string,
    known: readonly string[],
  ): readonly YamlEntry[] | undefined {
    const entries = entriesOf(node, this.file)
    if (entries) return entries
    const span = node ? spanOf(node, this.file) : { file: this.file, start: 0, end: 0 }
    const values = { owner, found: itemsOf(node) ? 'a list' : textOf(scalarOf(node) ?? null) }
    this.report('spec-no-entries', { ...values, expected: known.slice(0, 12).join(', ') }, span)
    return undefined
  }

  /** Reports a key that does not exist; gives the one that may be meant. */
  unknownKey(owner: string, key: string, known: readonly string[], span: Span): string | undefined {
    const suggestion = nearest(key, known)
    this.report(
      'spec-unknown-key',
      { layer: owner, key },
      span,
      suggestion ? `did you mean \`${suggestion}\`?` : `known are ${known.slice(0, 30).join(', ')}`,
    )
    return suggestion
  }
}
