import { Document, isMap, isSeq, parseDocument } from 'yaml'
import type { Code } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { pathFrom } from '../report/locations.js'
import type { Notice } from '../report/notices.js'
import { FieldReader } from '../spec/fields.js'
import { itemsOf, readYaml, scalarOf, spanOf, type YamlEntry, type YamlNode } from '../spec/yaml.js'
import { type SourceFile, type Span, spanText } from '../text/source.js'
import { type Acceptor, acceptableCodes } from './acceptance.js'
import { isDay } from './days.js'

export const baselineName = 'aswritten-baseline.yaml'

/** A notice that somebody accepts, by its fingerprint. All else but the reason says which it was. */
export interface BaselineEntry {
  readonly fingerprint: string
  readonly code: Code
  /** From the root of the repository. */
  readonly target: string
  /** Absent where no spec was needed. */
  readonly spec?: string
  readonly message: string
  readonly reason: string
  readonly owner?: string
  readonly expires?: string
  readonly span: Span
}

/** Raised when a key changes its meaning. */
const formatVersion = 1

const required = ['fingerprint', 'code', 'target', 'message', 'reason'] as const
const known = ['fingerprint', 'code', 'target', 'spec', 'message', 'reason', 'owner', 'expires'] as const

/** Reads a baseline: data only. All errors are told together, with their places. */
export function readBaseline(file: SourceFile): {
  readonly entries: readonly BaselineEntry[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const { root, diagnostics } = readYaml(file)
  if (!root) return { entries: [], diagnostics }
  const reader = new BaselineReader(file, diagnostics)
  const entries = reader.read(root)
  return { entries, diagnostics: reader.diagnostics }
}

class BaselineReader extends FieldReader {
  read(root: YamlNode): readonly BaselineEntry[] {
    const fields = this.fields(root, baselineName, ['version', 'accepted'], ['version', 'accepted'])
    const [version, accepted] = [fields.get('version'), fields.get('accepted')]
    if (version && scalarOf(version.value) !== formatVersion)
      this.#refuse(baselineName, version, String(formatVersion))
    if (!accepted) return []
    const items = itemsOf(accepted.value)
    if (!items) this.#refuse(baselineName, accepted, 'a list of entries')
    return (items ?? []).flatMap(item => this.#entry(item) ?? [])
  }

  #entry(item: YamlNode): BaselineEntry | undefined {
    const before = this.diagnostics.length
    const fields = this.fields(item, 'accepted', known, required)
    const text = (key: (typeof known)[number], expected: string, isFit: (text: string) => boolean) => {
      const entry = fields.get(key)
      const value = scalarOf(entry?.value)
      if (entry && (typeof value !== 'string' || !isFit(value))) this.#refuse('accepted', entry, expected)
      return typeof value === 'string' ? value : ''
    }
    const isText = (value: string) => value.trim() !== ''
    const isCode = (value: string): value is Code => acceptableCodes.some(code => code === value)
    const read = {
      fingerprint: text('fingerprint', '32 hexadecimal digits', value => /^[0-9a-f]{32}$/.test(value)),
      code: text('code', 'a code that can be accepted', isCode),
      target: text('target', 'a text such as `model.ts#createModel`', isText),
      message: text('message', 'what is accepted', isText),
      reason: text('reason', 'why it is accepted', isText),
    }
    const [spec, owner, expires] = [
      text('spec', 'the path or the name of a spec', isText),
      text('owner', 'who accepts it', isText),
      text('expires', 'the last day on which it holds, such as 2027-01-31', isDay),
    ]
    if (this.diagnostics.length > before) return undefined
    return {
      ...read,
      code: read.code as Code,
      ...(spec && { spec }),
      ...(owner && { owner }),
      ...(expires && { expires }),
      span: spanOf(item, this.file),
    }
  }

  #refuse(owner: string, { key, value, span }: YamlEntry, expected: string): void {
    const shown = scalarOf(value) === null ? 'empty' : spanText(span).slice(0, 60)
    this.report('spec-invalid-value', { layer: owner, key, value: shown, expected }, span)
  }
}

/** An entry as who accepts the notice of its fingerprint. */
export function acceptorOf({ fingerprint, code, target, ...rest }: BaselineEntry): Acceptor {
  const { reason, owner, expires, span } = rest
  return {
    kind: 'entry',
    code,
    subject: `${code} in ${target}`,
    acceptance: { reason, ...(owner && { owner }), ...(expires && { expires }), span },
    accepts: notice => notice.fingerprint === fingerprint,
  }
}

/** What is said of the entries that are added. */
export interface Grounds {
  readonly reason: string
  readonly owner?: string
  readonly expires?: string
}

const head = ` What is accepted, and why. \`aswritten baseline\` writes it; reasons, owners and days are yours to edit.
 yaml-language-server: $schema=./node_modules/aswritten/grammar/baseline.schema.json`

/**
 * The text of a baseline without the entries that are gone and with new ones at its end. What stands there stays as it
 * is, comments included.
 */
export function updatedBaseline(
  before: SourceFile | undefined,
  gone: ReadonlySet<string>,
  added: readonly Notice[],
  grounds: Grounds | undefined,
  folder: string,
): string {
  const document = before
    ? parseDocument(before.text, { schema: 'core' })
    : new Document({ version: formatVersion, accepted: [] })
  if (!before) document.commentBefore = head
  const list = document.get('accepted')
  if (!isSeq(list)) return before?.text ?? ''
  list.flow = false
  list.items = list.items.filter(item => !(isMap(item) && gone.has(String(item.get('fingerprint')))))
  for (const { fingerprint, code, target, spec, message } of grounds ? added : []) {
    const entry = {
      fingerprint,
      code,
      target: pathFrom(folder, target),
      ...(spec && { spec: pathFrom(folder, spec) }),
      message,
      ...grounds,
    }
    list.add(document.createNode(entry))
  }
  return document.toString({ lineWidth: 0 })
}
