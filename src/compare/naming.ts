import type { Filled } from '../diagnostics/diagnostic.js'
import { isDraw } from '../evaluate/concrete.js'
import { type Domain, drawTensor } from '../evaluate/domain.js'
import { evaluate } from '../evaluate/evaluate.js'
import { randomSource } from '../evaluate/random.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Provenance } from '../graph/provenance.js'
import type { Tensor } from '../graph/tensor.js'
import { nodesBelow } from '../graph/walk.js'
import { fieldValues, fingerprints } from '../identity/fingerprints.js'
import { sizesOf } from '../identity/prove.js'
import { abstracted, isConstant, isLeaf } from '../identity/region.js'
import { expand } from '../ops/elaborate.js'
import { isPlainName, plainText } from '../ops/plain.js'
import { opTable } from '../ops/table.js'
import type { Span } from '../text/source.js'
import type { Sides } from './evidence.js'
import { placeTools, sameShape } from './kinds/kind.js'
import { kinds } from './kinds/table.js'
import { type Narrowed, narrow } from './narrow.js'
import { substituteInputs } from './units.js'

/** Where two computations differ, and how that is called where an edit of the specified side explains it. */
export interface NamedDifference {
  /** The smallest values that differ, or the edited value and what was written for it. */
  readonly specified: Node
  readonly implemented: Node
  readonly name?: Filled
  /** Values of the code at which it shows: what was written for the edited value, then what reads that. */
  readonly shownAt?: readonly Node[]
  /** The specified values in which the edit was made, where these are known. */
  readonly edited?: readonly Node[]
  /** The sides that it is a difference of. */
  readonly sides?: Sides
  /** Both sides after the edit, which should be equal if it is all that differs. */
  readonly mended?: () => Sides
  /** What a specified value is after the edit; undefined where it has none. */
  readonly image?: (specified: Node) => Node | undefined
}

/** The first place in the code at which a named difference shows. */
export function placeOf(
  { name, implemented, shownAt }: NamedDifference,
  provenance: Provenance,
): Span | undefined {
  if (!name) return undefined
  const spans = (shownAt ?? [implemented]).flatMap(node => provenance.origins(node).map(({ span }) => span))
  return spans[0]
}

/** Multiplications and additions that numbers for some edits, and fingerprints for a likely one, may take. */
const numbersBudget = 3_000_000
const fingerprintBudget = 100_000

/** For so many edits that numbers do not refute it is tested whether they give what was written. */
const mostTested = 8

/** More edits are not tried, and edits of more values are not made. */
const mostEdits = 2000
const mostPlaces = 24

/** Results of edits are computed together, so many at a time. */
const together = 200

/** Numbers that differ by less, relative to the largest, may be the same. */
const closeness = 1e-9

/** How many pairings of learned tensors are looked at. */
const mostPairings = 2

/**
 * Names the difference between two models: the edit of the specified side, from the table of kinds, after which both give
 * the same. Equality after the edit is tested in prime fields, so a name is never a guess. `candidates` are the ways in
 * which the learned tensors of both may correspond. Without a name, it is narrowed down for the first of them.
 */
export function nameDifference(candidates: Iterable<Sides>): NamedDifference | undefined {
  let first: NamedDifference | undefined
  let tried = 0
  for (const sides of candidates) {
    if (tried++ === mostPairings) break
    const pairs = sides.specified.flatMap((node, i) => {
      const other = sides.implemented[i]!
      return node === other ? [] : [[node, other] as const]
    })
    const [pair] = pairs
    if (!pair) continue
    const raw = narrow(...pair, sides.builder, sides.assumed)
    if (!raw) continue
    first ??= { specified: raw.specified, implemented: raw.implemented }
    // Two outputs that differ are explained by one edit only where one pair of values is behind both.
    const others = pairs.slice(1).map(([a, b]) => narrow(a, b, sides.builder, sides.assumed))
    if (others.some(other => other?.specified !== raw.specified)) continue
    if (!raw.hasFingerprints) break
    if (raw.specifiedOnly.length > mostPlaces) break
    const named =
      explain(raw, sides, image => mended(sides, raw.specified, image)) ?? explainExpanded(raw, sides)
    if (named) return { ...named, sides }
  }
  return first
}

/** The same with all derived ops written out, where what differs may stand inside of one. */
function explainExpanded(narrowed: Narrowed, sides: Sides): NamedDifference | undefined {
  const { specified, implemented, mode } = narrowed
  const nodes = rebuild([specified, implemented], sides.builder, node => expand(node, sides.builder, mode))
  if (isProblem(nodes)) return undefined
  const [p, c] = nodes as [Node, Node]
  if (p === specified && c === implemented) return undefined
  const inside = narrow(p, c, sides.builder, sides.assumed)
  const named = inside?.hasFingerprints ? explain(inside, sides) : undefined
  if (!named) return undefined
  // An edit inside of an op that is written out is in none of the values that equations state.
  const { edited, image, ...rest } = named
  return { ...rest, specified, implemented }
}

/** Sides of which a specified value is another one. */
function mended(sides: Sides, specified: Node, image: Node): Sides {
  const images = new Map([[specified, image]])
  return {
    ...sides,
    specified: sides.specified.map(output => substituteInputs(output, images, sides.builder)),
  }
}

/** A value of the specified side and what an edit makes of it. */
interface Edited {
  /** Its place in the table of kinds. */
  readonly kind: number
  readonly place: Node
  /** The values of the specified side in which the edit is made: the places, or what reads one. */
  readonly edited: readonly Node[]
  readonly to: Node
  readonly values: Readonly<Record<string, string>>
}

/** The specified value after an edit at one place, or after the same edit at several places. */
interface Candidate extends Edited {
  readonly result: Node
  /** What a value that the specified side alone has is after the edit. */
  readonly image: (own: Node) => Node | undefined
}

function explain(
  narrowed: Narrowed,
  sides: Sides,
  inSides?: (image: Node) => Sides,
): NamedDifference | undefined {
  const candidates = candidatesOf(narrowed, sides).slice(0, mostEdits)
  const likely = candidates.filter(likelyEqual(candidates, narrowed, sides.builder))
  likely.sort((a, b) => a.kind - b.kind)
  const found = likely.slice(0, mostTested).find(({ result }) => isEqual(result, narrowed, sides.builder))
  if (!found) return undefined
  const { code } = kinds[found.kind]!
  const implemented = writtenAs(found, narrowed, sides.builder)
  return {
    specified: found.place,
    implemented,
    name: { code, values: found.values },
    shownAt: shownAt(implemented, found.result, narrowed, sides.builder),
    edited: found.edited,
    ...(inSides && {
      mended: () => inSides(found.result),
      image: node =>
        narrowed.specifiedOnly.includes(node)
          ? found.image(node)
          : substituteInputs(node, new Map([[narrowed.specified, found.result]]), sides.builder),
    }),
  }
}

function candidatesOf(narrowed: Narrowed, { builder, nameOf }: Sides): readonly Candidate[] {
  const { specified, specifiedOnly, implementedOnly, read } = narrowed
  const own = new Set(specifiedOnly)
  const text = (node: Node) => textOf(node, nameOf)
  const tools = {
    ...placeTools(builder),
    read,
    written: implementedOnly,
    numbers: numbersIn(implementedOnly, specifiedOnly),
    settings: settingsIn(implementedOnly),
    text,
  }
  const editsOf = (node: Node) =>
    kinds.flatMap(({ edits, ofNumbers }, kind) =>
      isFixed(node) && !ofNumbers
        ? []
        : edits({ ...tools, node }).flatMap(({ to, values }) =>
            to && to !== node ? [{ kind, to, values, place: node, edited: [node] }] : [],
          ),
    )
  const found: Candidate[] = []
  const everywhere = new Map<string, Map<Node, Edited>>()
  const add = (edit: Edited, replaced: ReadonlyMap<Node, Node>) => {
    const image = (node: Node) => withReplaced(node, own, replaced, builder)
    const result = image(specified)
    if (result && result !== specified) found.push({ ...edit, result, image })
  }
  for (const node of specifiedOnly.slice(0, mostPlaces))
    for (const edit of editsOf(node)) {
      add(edit, new Map([[node, edit.to]]))
      const key = `${edit.kind} ${edit.values.expected} ${edit.values.actual}`
      const alike = everywhere.get(key) ?? new Map<Node, Edited>()
      everywhere.set(key, alike)
      if (!alike.has(node)) alike.set(node, edit)
    }
  for (const alike of everywhere.values()) {
    const [edit] = alike.values()
    if (edit && alike.size > 1)
      add({ ...edit, edited: [...alike.keys()] }, new Map([...alike].map(([node, { to }]) => [node, to])))
  }
  const operands = new Set(specifiedOnly.flatMap(({ inputs }) => inputs.filter(input => !own.has(input))))
  for (const operand of [...operands].slice(0, mostPlaces)) {
    const readers = specifiedOnly.filter(({ inputs }) => inputs.includes(operand))
    for (const own of editsOf(operand)) {
      const edit = { ...own, edited: readers }
      add(edit, new Map([[operand, edit.to]]))
      if (readers.length < 2) continue
      for (const reader of readers) {
        const inputs = reader.inputs.map(input => (input === operand ? edit.to : input))
        const changed = tools.make(reader.op, inputs, reader.attributes)
        if (changed) add({ ...edit, edited: [reader] }, new Map([[reader, changed]]))
      }
    }
  }
  return found
}

/**
 * A value with some of its own operands replaced; what both sides have stays as it is. A replacement that reads the same
 * as what it replaces reads their replacements.
 */
function withReplaced(
  root: Node,
  own: ReadonlySet<Node>,
  replaced: ReadonlyMap<Node, Node>,
  builder: GraphBuilder,
): Node | undefined {
  const done = new Map<Node, Node | undefined>()
  const visit = (node: Node): Node | undefined => {
    if (done.has(node)) return done.get(node)
    const to = replaced.get(node)
    const isChangedInside =
      to && to.inputs.length === node.inputs.length && to.inputs.every((input, i) => input === node.inputs[i])
    const { op, attributes } = isChangedInside ? to : node
    let copy = to ?? node
    if (own.has(node) && (!to || isChangedInside)) {
      const inputs = node.inputs.map(visit)
      const isWhole = inputs.every((input): input is Node => input !== undefined)
      const made = isWhole ? builder.node(op, inputs, attributes) : undefined
      if (!made || isProblem(made)) {
        done.set(node, undefined)
        return undefined
      }
      copy = made
    }
    done.set(node, copy)
    return copy
  }
  return visit(root)
}

/** Whether an edit may give what was written, by numbers at one point. */
function likelyEqual(
  candidates: readonly Candidate[],
  narrowed: Narrowed,
  builder: GraphBuilder,
): (candidate: Candidate) => boolean {
  const { implemented, isShared } = narrowed
  const results = [...new Set(candidates.map(({ result }) => result))].filter(result =>
    sameShape(result, implemented),
  )
  const isCut = (node: Node) => isShared(node) && !isConstant(node)
  const likely = new Set<Node>()
  for (let start = 0; start < results.length; start += together) {
    const part = results.slice(start, start + together)
    const roots = abstracted([implemented, ...part], builder, isCut)
    if (isProblem(roots)) continue
    const values = numbersOf(roots, narrowed)
    const [wanted, ...own] = values ?? []
    for (const [i, node] of part.entries()) if (wanted && own[i] && areClose(own[i], wanted)) likely.add(node)
  }
  return ({ result }) => likely.has(result)
}

/** Numbers near 0 first; where these give none, numbers that may be probabilities. */
const domains: readonly Domain[] = [{ kind: 'real' }, { kind: 'interval', low: 0.05, high: 0.95 }]

function numbersOf(roots: readonly Node[], { mode, symbol }: Narrowed): readonly Tensor[] | undefined {
  for (const domain of domains) {
    const random = randomSource(7)
    const known = new Map<Node, Tensor>()
    const leaf = (node: Node): Tensor | undefined => {
      if (!isLeaf(node) || isDraw(node)) return undefined
      const shape = sizesOf(node, { symbol })
      if (!shape) return undefined
      const { dtype } = node.type
      const own: Domain = dtype === 'float32' ? domain : { kind: 'whole', below: 2 }
      const value = known.get(node) ?? drawTensor(shape, dtype, own, random)
      known.set(node, value)
      return value
    }
    const values = evaluate(roots, { leaf, symbol, mode, budget: numbersBudget })
    if (isProblem(values)) return undefined
    if (values[0]!.data.every(Number.isFinite)) return values
  }
  return undefined
}

function areClose(a: Tensor, b: Tensor): boolean {
  if (a.shape.join() !== b.shape.join()) return false
  const scale = b.data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 1)
  return a.data.every((x, i) => Math.abs(x - b.data[i]!) <= closeness * scale)
}

/** Whether an edit gives what was written, by fingerprints in both modes. */
function isEqual(result: Node, { implemented, isShared, symbol }: Narrowed, builder: GraphBuilder): boolean {
  return (
    result === implemented ||
    (['inference', 'training'] as const).every(mode => {
      const roots = [result, implemented]
      const keys = fingerprints(roots, builder, isShared, { mode, symbol, budget: fingerprintBudget })
      return keys !== undefined && keys.get(result) === keys.get(implemented)
    })
  )
}

/** The value of the code that is the edited one, or the edited one itself. */
function writtenAs(
  { to }: Candidate,
  { implementedOnly, isShared, mode, symbol }: Narrowed,
  builder: GraphBuilder,
): Node {
  // What both sides have may be written in another way in the code, which then stands below what only the code has.
  const written = [...new Set([...implementedOnly, ...implementedOnly.flatMap(({ inputs }) => inputs)])]
  const keys = fingerprints([to, ...written], builder, isShared, {
    mode,
    symbol,
    budget: fingerprintBudget,
  })
  return written.find(node => node === to || (keys && keys.get(node) === keys.get(to))) ?? to
}

/** Where what was written shows in the code: there, or where the code has first what the edit brings about. */
function shownAt(written: Node, result: Node, narrowed: Narrowed, builder: GraphBuilder): readonly Node[] {
  const { implementedOnly } = narrowed
  const isWritten = implementedOnly.some(node => node === written || node.inputs.includes(written))
  return isWritten
    ? withReaders(written, narrowed)
    : [...broughtAbout(result, narrowed, builder), narrowed.implemented]
}

/**
 * The values of the code, inputs first, of which all elements are among those of the specified side after an edit, and not
 * all before it, wherever they stand: code may compute together what the paper states one by one.
 */
function broughtAbout(result: Node, narrowed: Narrowed, builder: GraphBuilder): readonly Node[] {
  const { specified, implementedOnly, isShared, mode, symbol } = narrowed
  const [before, after] = [specified, result].map(root => nodesBelow([root]).filter(node => !isShared(node)))
  const nodes = [...new Set([...before!, ...after!, ...implementedOnly])]
  const values = fieldValues(nodes, builder, isShared, { mode, symbol, budget: fingerprintBudget })
  if (!values) return []
  const elements = (list: readonly Node[]) => new Set(list.flatMap(node => [...values.get(node)!.data]))
  const [first, second] = [elements(before!), elements(after!)]
  const isAmong = (node: Node, known: ReadonlySet<number>) => values.get(node)!.data.every(x => known.has(x))
  return implementedOnly
    .filter(node => isAmong(node, second) && !isAmong(node, first))
    .toSorted((a, b) => a.id - b.id)
}

/**
 * A value and what reads it, nearest first, up to the smallest value that differs. Equal constants are one node, wherever
 * they are written, so that these show at their readers.
 */
function withReaders(node: Node, { implemented, implementedOnly }: Narrowed): readonly Node[] {
  const found = new Set([node])
  for (const value of found)
    for (const reader of implementedOnly) if (reader.inputs.includes(value)) found.add(reader)
  return [...found.add(implemented)].filter(value => !isConstant(value))
}

/** Whether a value is known without any input. */
function isFixed(root: Node): boolean {
  const seen = new Set([root])
  for (const node of seen) for (const input of node.inputs) seen.add(input)
  return [...seen].every(node => node.inputs.length > 0 || !('name' in node.attributes))
}

/** Numbers that stand in some values, and not in others. */
function numbersIn(nodes: readonly Node[], others: readonly Node[]): readonly number[] {
  const numbers = (list: readonly Node[]) =>
    new Set(
      list.flatMap(node =>
        [node, ...node.inputs.filter(({ op }) => op === 'scalar')].flatMap(({ op, attributes }) =>
          Object.entries(attributes).flatMap(([key, value]) =>
            typeof value === 'number' && opTable[op]?.attributes[key]?.kind === 'number' ? [value] : [],
          ),
        ),
      ),
    )
  const known = numbers(others)
  return [...numbers(nodes)].filter(value => !known.has(value))
}

function settingsIn(nodes: readonly Node[]): (op: string, key: string) => readonly Attribute[] {
  return (op, key) => nodes.flatMap(node => (node.op === op ? [node.attributes[key] ?? null] : []))
}

/** Longer expressions are called by what they are. */
const longestText = 40

function textOf(node: Node, nameOf: (node: Node) => string): string {
  const isNamed = ({ inputs, attributes }: Node) => inputs.length === 0 && 'name' in attributes
  const nameIn = (inner: Node) => {
    if (!isNamed(inner)) return undefined
    const name = nameOf(inner)
    return isPlainName(name) ? name : undefined
  }
  if (isNamed(node)) return `\`${nameOf(node)}\``
  const text = plainText(node, nameIn)
  if (typeof text === 'string' && text.length <= longestText) return `\`${text}\``
  return `the ${opTable[node.op]?.title ?? 'value'}`
}
