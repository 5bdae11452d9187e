import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'

/**
 * Parameters as equations may mean them: one as it is, a matrix transposed or as a vector, one of several tensors that it holds side by
 * side, or several side by side as one.
 */
export interface Form {
  readonly parameters: readonly Node[]
  readonly form: Node
  readonly shape: readonly number[]
  /** How the parameter is divided again and again, and which part is taken each time; absent for the whole of it. */
  readonly parts?: readonly Part[]
}

interface Part {
  readonly of: string
  readonly at: number
}

/** What of parameters a learned tensor takes. */
export type Taken = Pick<Form, 'parameters' | 'parts'>

/** Whether two learned tensors cannot have both, as far as it is known. */
export function overlap(a: Taken, b: Taken): boolean {
  if (!a.parameters.some(parameter => b.parameters.includes(parameter))) return false
  const other = b.parts ?? []
  const first = (a.parts ?? []).findIndex(({ of, at }, i) => of !== other[i]?.of || at !== other[i].at)
  return a.parts?.[first]?.of === undefined || a.parts[first].of !== other[first]?.of
}

/** So many tensors may stand side by side in a parameter: gates of a cell, and queries with keys and values. */
const mostTogether = 4

const made = (node: ReturnType<GraphBuilder['node']>): Node | undefined =>
  isProblem(node) ? undefined : node

/** A parameter by itself, a matrix transposed, and a vector of what programs keep as a matrix of one column or row. */
export function formsOf(parameter: Node, builder: GraphBuilder): readonly Node[] {
  const { shape } = parameter.type
  const transposed = shape?.length === 2 ? made(builder.node('transpose', [parameter])) : undefined
  const rest = shape?.filter(size => size !== 1)
  const vector =
    rest && rest.length < shape!.length && rest.length < 2
      ? made(builder.node('reshape', [parameter], { shape: rest }))
      : undefined
  return [parameter, ...(transposed ? [transposed] : []), ...(vector ? [vector] : [])]
}

/** What the learned tensors of a spec are like, by which parameters may hold several of them. */
export interface Contents {
  /** How many members families have. */
  readonly counts: ReadonlySet<number>
  /** Sizes of their axes. */
  readonly sizes: ReadonlySet<number>
}

/**
 * What a parameter holds side by side along its first or its last axis: equal parts one behind the other, equal parts of
 * each member of a family, or two of different sizes, as of a matrix that reads `[x; h]`, and what these hold again.
 */
export function partsOfForm(form: Form, contents: Contents, builder: GraphBuilder): readonly Form[] {
  const unequal = axesOf(form).flatMap(axis => {
    const size = form.shape[axis]!
    const firsts = [...contents.sizes].filter(first => first < size && contents.sizes.has(size - first))
    return firsts.flatMap(first => unequalParts(form, axis, first, builder))
  })
  const pieces = [form, ...unequal].flatMap(whole => equalParts(whole, contents.counts, builder))
  return [...unequal, ...pieces]
}

/** The first and the last one. */
const axesOf = ({ shape }: Form): readonly number[] =>
  shape.length > 1 ? [0, shape.length - 1] : shape.map((_, axis) => axis)

/** More ways to put parameters side by side are not tried. */
const mostJoined = 300

/**
 * Parameters side by side along the first or the last axis, as of layers of their own for x and h in the place of a matrix
 * that reads `[x; h]`, or of one for each gate of a cell; in shapes that are asked for, and undefined for too many.
 */
export function joinedForms(
  forms: readonly Form[],
  isWanted: (shape: readonly number[]) => boolean,
  builder: GraphBuilder,
): readonly Form[] | undefined {
  const found: Form[] = []
  for (const axis of [0, -1]) {
    let open = forms.map(form => [form])
    for (let together = 2; together <= mostTogether; together++) {
      open = open.flatMap(before =>
        forms.flatMap(next => (fitsBehind(before, next, axis) ? [[...before, next]] : [])),
      )
      if (open.length > mostJoined) return undefined
      found.push(...open.flatMap(pieces => joined(pieces, axis, isWanted, builder) ?? []))
    }
  }
  return found
}

/**
 * Whether a form is of another parameter, as it is or transposed as those before, and has the same sizes along the other
 * axes; more than two are of one shape, as gates are.
 */
function fitsBehind(before: readonly Form[], next: Form, axis: number): boolean {
  const [first] = before as readonly [Form]
  const { shape } = next
  const at = axis < 0 ? shape.length - 1 : axis
  const isGate = before.length === 1 || before.every(form => form.shape[at] === first.shape[at])
  // Along its only axis a vector is put together once.
  return (
    first.shape.length === shape.length &&
    (axis < 0 || shape.length > 1) &&
    isTransposed(first) === isTransposed(next) &&
    shape.every((size, i) => (i === at && before.length === 1) || size === first.shape[i]) &&
    isGate &&
    !before.some(form => overlap(form, next))
  )
}

const isTransposed = ({ form, parameters }: Form): boolean => form !== parameters[0]

function joined(
  pieces: readonly Form[],
  axis: number,
  isWanted: (shape: readonly number[]) => boolean,
  builder: GraphBuilder,
): Form | undefined {
  const [{ shape: first }] = pieces as readonly [Form]
  const at = axis < 0 ? first.length - 1 : axis
  const total = pieces.reduce((sum, { shape }) => sum + shape[at]!, 0)
  const shape = first.map((size, i) => (i === at ? total : size))
  if (first.length === 0 || !isWanted(shape)) return undefined
  const form = made(
    builder.node(
      'concat',
      pieces.map(piece => piece.form),
      { axis: at },
    ),
  )
  return form && { parameters: pieces.flatMap(({ parameters }) => parameters), form, shape }
}

function unequalParts(form: Form, axis: number, first: number, builder: GraphBuilder): readonly Form[] {
  const rest = form.shape[axis]! - first
  const ranges = [
    { start: 0, size: first },
    { start: first, size: rest },
  ]
  return ranges.flatMap((range, at) => {
    const node = made(builder.node('slice', [form.form], { axis, ...range }))
    const shape = form.shape.map((size, i) => (i === axis ? range.size : size))
    return node ? [partOf(form, { node, shape, of: `${axis}:${first}`, at })] : []
  })
}

function equalParts(form: Form, counts: ReadonlySet<number>, builder: GraphBuilder): readonly Form[] {
  const numbers = Array.from({ length: mostTogether - 1 }, (_, i) => i + 2)
  return axesOf(form).flatMap(axis =>
    numbers.flatMap(together =>
      [1, ...counts].flatMap(members => {
        const size = form.shape[axis]! / (together * members)
        if (!Number.isInteger(size) || size < 1) return []
        const [before, after] = [form.shape.slice(0, axis), form.shape.slice(axis + 1)]
        const apart = { shape: [...before, members, together, size, ...after] }
        const shape = [...before, members * size, ...after]
        const blocks = made(builder.node('reshape', [form.form], apart))
        return Array.from({ length: together }, (_, at) => {
          const slice =
            blocks && made(builder.node('slice', [blocks], { axis: axis + 1, start: at, size: 1 }))
          const node = slice && made(builder.node('reshape', [slice], { shape }))
          return node && partOf(form, { node, shape, of: `${axis}:${members}x${together}`, at })
        }).flatMap(part => part ?? [])
      }),
    ),
  )
}

function partOf(
  whole: Form,
  { node, shape, of, at }: Part & { readonly node: Node; readonly shape: readonly number[] },
): Form {
  const layout = whole.form === whole.parameters[0] || whole.parts ? '' : 'transposed '
  return { ...whole, form: node, shape, parts: [...(whole.parts ?? []), { of: `${layout}${of}`, at }] }
}
