import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'

/** A parameter as equations may mean it: as it is, a matrix transposed, or one of several tensors that it holds side by side. */
export interface Form {
  readonly parameter: Node
  readonly form: Node
  readonly shape: readonly number[]
  /** How the parameter is divided again and again, and which part is taken each time; absent for the whole of it. */
  readonly parts?: readonly Part[]
}

interface Part {
  readonly of: string
  readonly at: number
}

/** What of a parameter a learned tensor takes. */
export type Taken = Pick<Form, 'parameter' | 'parts'>

/** Whether two learned tensors cannot have both, as far as it is known. */
export function overlap(a: Taken, b: Taken): boolean {
  if (a.parameter !== b.parameter) return false
  const other = b.parts ?? []
  const first = (a.parts ?? []).findIndex(({ of, at }, i) => of !== other[i]?.of || at !== other[i].at)
  return a.parts?.[first]?.of === undefined || a.parts[first].of !== other[first]?.of
}

/** So many tensors may stand side by side in a parameter: gates of a cell, and queries with keys and values. */
const mostTogether = 4

const made = (node: ReturnType<GraphBuilder['node']>): Node | undefined =>
  isProblem(node) ? undefined : node

/** A parameter by itself, and a matrix transposed. */
export function formsOf(parameter: Node, builder: GraphBuilder): readonly Node[] {
  const transposed =
    parameter.type.shape?.length === 2 ? made(builder.node('transpose', [parameter])) : undefined
  return transposed ? [parameter, transposed] : [parameter]
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
  const layout = whole.form === whole.parameter || whole.parts ? '' : 'transposed '
  return { ...whole, form: node, shape, parts: [...(whole.parts ?? []), { of: `${layout}${of}`, at }] }
}
