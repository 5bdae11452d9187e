import { Graph, layout } from '@dagrejs/dagre'
import type { Element } from 'hast'
import { namedLines } from '../../equations/equations.js'
import { toText } from '../../equations/unicode.js'
import type { LayerApplication, ModelGraph } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { shapeText } from '../../graph/type.js'
import { spanText } from '../../text/source.js'
import { cutTo, widthOf } from '../../text/width.js'
import { visible } from '../frame.js'
import { type Child, e } from './elements.js'

/** A drawing of more boxes than this orients nobody: layers that one call makes become one box, then neighbours. */
const mostBoxes = 60

const [characterWidth, lineHeight, padding] = [7.2, 17, 10]

interface Box {
  readonly title: string
  readonly detail: string
  readonly nodes: readonly number[]
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
}

/** The layers of a model and what flows between them, for orientation. A function over tensors has its lines for boxes. */
export function drawing(graph: ModelGraph): Child {
  const boxes = boxesOf(graph)
  if (boxes.length < 2) return undefined
  const { model } = graph
  const ports: readonly Box[] = model.inputs.map(({ node, name }) => ({
    title: name,
    detail: shapeText(node.type.shape),
    nodes: [node.id],
    inputs: [],
    outputs: [node],
  }))
  const all = [...ports, ...boxes]
  return e(
    'section',
    {},
    e('h3', {}, 'Drawing'),
    e('details', {}, e('summary', {}, `${all.length} boxes, from inputs to outputs`), svg(all)),
  )
}

function svg(boxes: readonly Box[]): Element {
  const graph = new Graph({ multigraph: false })
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 32, marginx: 8, marginy: 8 })
  graph.setDefaultEdgeLabel(() => ({}))
  const makers = new Map(boxes.flatMap((box, i) => box.outputs.map(node => [node, i] as const)))
  boxes.forEach((box, i) => {
    const columns = Math.max(widthOf(box.title), widthOf(box.detail))
    graph.setNode(String(i), {
      width: columns * characterWidth + 2 * padding,
      height: 2 * lineHeight + padding,
    })
  })
  boxes.forEach((box, i) => {
    for (const input of box.inputs) {
      const from = makers.get(input)
      if (from !== undefined && from !== i) graph.setEdge(String(from), String(i))
    }
  })
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number }
  const lines = graph.edges().map((edge: { readonly v: string; readonly w: string }) => {
    const { points } = graph.edge(edge) as {
      readonly points: readonly { readonly x: number; readonly y: number }[]
    }
    const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
    return e('path', { className: ['edge'], d: path, markerEnd: 'url(#arrow)' })
  })
  const shapes = boxes.map((box, i) => {
    const place = graph.node(String(i)) as {
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
    }
    const [left, top] = [place.x - place.width / 2, place.y - place.height / 2]
    const text = (content: string, line: number, kind: string) =>
      e(
        'text',
        {
          className: [kind],
          x: place.x.toFixed(1),
          y: (top + padding / 2 + line * lineHeight - 4).toFixed(1),
          textAnchor: 'middle',
        },
        content,
      )
    return e(
      'g',
      { className: ['box'], dataN: box.nodes.join(' ') },
      e('rect', {
        x: left.toFixed(1),
        y: top.toFixed(1),
        width: place.width.toFixed(1),
        height: place.height.toFixed(1),
        rx: 4,
      }),
      text(box.title, 1, 'title'),
      text(box.detail, 2, 'detail'),
    )
  })
  return e(
    'svg',
    {
      role: 'img',
      ariaLabel: 'The layers of the model and what flows between them',
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
    },
    e(
      'defs',
      {},
      e(
        'marker',
        {
          id: 'arrow',
          viewBox: '0 0 8 8',
          refX: 7,
          refY: 4,
          markerWidth: 7,
          markerHeight: 7,
          orient: 'auto',
        },
        e('path', { d: 'M0 0L8 4L0 8z' }),
      ),
    ),
    ...lines,
    ...shapes,
  )
}

function boxesOf({ model, provenance }: ModelGraph): readonly Box[] {
  if (model.applications.length === 0) return lineBoxes({ model, provenance })
  for (const depth of [Number.POSITIVE_INFINITY, 3, 2, 1]) {
    const groups = groupsOf(model.applications, depth)
    if (groups.length <= mostBoxes) return groups.map(group => boxOf(group, depth))
  }
  const groups = groupsOf(model.applications, 1)
  const size = Math.ceil(groups.length / mostBoxes)
  const joined = Array.from({ length: Math.ceil(groups.length / size) }, (_, i) =>
    groups.slice(i * size, (i + 1) * size).flat(),
  )
  return joined.map(group => boxOf(group, 1))
}

/** Neighbours that the same calls made, down to a depth, are one group. */
function groupsOf(
  applications: readonly LayerApplication[],
  depth: number,
): readonly (readonly LayerApplication[])[] {
  const groups: LayerApplication[][] = []
  let last = ''
  applications.forEach((application, i) => {
    const { path } = application.origin
    const isDeep = Number.isFinite(depth) && path.length > depth
    const key = isDeep
      ? path
          .slice(0, depth + 1)
          .map(({ file, start }) => `${file.path}:${start}`)
          .join()
      : `alone ${i}`
    if (key === last) groups.at(-1)!.push(application)
    else groups.push([application])
    last = key
  })
  return groups
}

function boxOf(group: readonly LayerApplication[], depth: number): Box {
  const [first] = group
  const nodes = group.flatMap(({ outputs }) => outputs)
  const shape = shapeText(group.at(-1)!.outputs[0]?.type.shape ?? null)
  const call = Number.isFinite(depth) ? first!.origin.path[depth] : undefined
  const name = call && /^(?:new\s+)?([\w$.]+)/.exec(spanText(call))?.[1]
  const title =
    group.length === 1
      ? `${kindOf(first!)} ${first!.layer.name}`
      : `${name ?? kindOf(first!)} (${group.length} layers)`
  return {
    title: cutTo(visible(title), 40),
    detail: shape,
    nodes: nodes.map(({ id }) => id),
    inputs: group.flatMap(({ inputs }) => inputs),
    outputs: nodes,
  }
}

const kindOf = ({ layer: { kind, className } }: LayerApplication): string => className ?? kind

/** The lines of a function over tensors, each with the lines that it reads. */
function lineBoxes(graph: Pick<ModelGraph, 'model' | 'provenance'>): readonly Box[] {
  const { lines, names } = namedLines(graph)
  if (lines.length > mostBoxes) return []
  const isLine = new Set([...lines, ...graph.model.inputs.map(({ node }) => node)])
  return lines.map(line => {
    const inputs = new Set<Node>()
    const seen = new Set<Node>()
    const pending = [...line.inputs]
    for (let node = pending.pop(); node; node = pending.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      if (isLine.has(node)) inputs.add(node)
      else pending.push(...node.inputs)
    }
    const symbol = names.symbol(line)
    return {
      title: cutTo(symbol ? toText(symbol) : line.op, 40),
      detail: shapeText(line.type.shape),
      nodes: [line.id],
      inputs: [...inputs],
      outputs: [line],
    }
  })
}
