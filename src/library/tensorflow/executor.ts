import type { GraphBuilder } from '../../graph/builder.js'
import { equals } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import { expand } from '../../ops/elaborate.js'
import { notationOf } from '../../ops/notation.js'
import { opTable } from '../../ops/table.js'
import type { HostObject } from '../../trace/value.js'
import type { Application, ModelState, TensorState } from './state.js'
import { isModel } from './types.js'

/**
 * What TF.js carries on from one layer to the next when it runs a model. `execute` (tfjs-layers/src/engine/executor.ts)
 * hands one object of arguments to all layers in turn: the mask of a layer's input stays in it for the layers that
 * follow, and so do the initial states that a recurrent layer was given.
 */
export interface Carried {
  /** Why what the model computes is not modelled. */
  readonly always?: Problem
  /** Why `fit` throws. */
  readonly training?: Throwing
}

/** A layer that throws when its model is run. */
interface Throwing {
  readonly layer: string
  readonly reason: string
}

/** What happens somewhere inside of a model. */
export interface Summary {
  readonly masked: boolean
  readonly wantsMask: boolean
  readonly fromStates: boolean
  readonly recurrent: boolean
  /** Why it throws in training, and wherever it is applied as a layer. */
  readonly throws?: Carried['training']
}

export function summarize(
  order: readonly Application[],
  outputs: readonly HostObject<TensorState>[],
  inside: (model: HostObject<ModelState>) => Summary,
): Summary {
  const all = order.map(application => within(application, inside))
  const { training } = carriedOn(order, outputs, inside)
  return {
    ...(training && { throws: training }),
    masked: all.some(({ masked }) => masked),
    wantsMask: all.some(({ wantsMask }) => wantsMask),
    fromStates: all.some(({ fromStates }) => fromStates),
    recurrent: all.some(({ recurrent }) => recurrent),
  }
}

function within(
  { layer, masked, wantsMask, recurrent }: Application,
  inside: (model: HostObject<ModelState>) => Summary,
): Summary {
  const inner = isModel(layer) ? inside(layer) : undefined
  return {
    masked: masked === true || inner?.masked === true,
    wantsMask: wantsMask === true || inner?.wantsMask === true,
    fromStates: recurrent === 'fromStates' || inner?.fromStates === true,
    recurrent: recurrent !== undefined || inner?.recurrent === true,
  }
}

/** `order`: the applications of a model, each after those that it reads; `outputs`: what the model yields. */
export function carriedOn(
  order: readonly Application[],
  outputs: readonly HostObject<TensorState>[],
  inside: (model: HostObject<ModelState>) => Summary,
): Carried {
  const having = (key: keyof Summary) => order.filter(application => within(application, inside)[key])
  const turns = turnsOf(outputs)
  const masked = having('masked')
  const wanting = having('wantsMask')
  const stated = having('fromStates')
  const recurrent = having('recurrent')
  const throwing = order.flatMap(({ layer }) => (isModel(layer) ? (inside(layer).throws ?? []) : []))
  if (throwing[0])
    return {
      always: {
        problem: `\`${throwing[0].layer}\` throws where its model is applied: ${throwing[0].reason}`,
      },
    }
  const conflict = masked.length > 0 ? follows(masked, wanting, turns) : undefined
  if (conflict)
    return {
      always: {
        problem: `the mask of an earlier layer also reaches \`${conflict.layer.state.name}\`, since TensorFlow.js keeps it for all layers that follow`,
      },
    }
  const repeated = stated.find(application => resultsRead(application, order, outputs) > 1)
  const second = repeated ?? follows(stated, recurrent, turns)
  if (!second) return {}
  const reason = repeated
    ? 'it is run once for each of its results that is read, and its initial state is there already the second time'
    : 'the initial state of an earlier layer also reaches it, beside its own inputs'
  return masked.length > 0
    ? { always: { problem: `\`${second.layer.state.name}\` throws: ${reason}` } }
    : { training: { layer: second.layer.state.name, reason } }
}

/**
 * One of `later` that is executed after one of `earlier`. A model is followed by what is inside of it where its own input
 * has a mask; what one inner layer does to another is said of that model.
 */
function follows(
  earlier: readonly Application[],
  later: readonly Application[],
  turns: ReadonlyMap<Application, Turns>,
): Application | undefined {
  for (const entry of earlier) {
    const start = turns.get(entry)?.first ?? 0
    const after = later.find(other =>
      other === entry ? isModel(entry.layer) && entry.masked === true : (turns.get(other)?.last ?? 0) > start,
    )
    if (after) return after
  }
  return undefined
}

/** How many results of an application the model yields or hands on. */
function resultsRead(
  application: Application,
  order: readonly Application[],
  outputs: readonly HostObject<TensorState>[],
): number {
  const read = [...outputs, ...order.flatMap(({ inputs }) => inputs)]
  return new Set(read.filter(({ state }) => state.producer === application)).size
}

/**
 * Why a model throws wherever it is run and does not train. A tensor between layers is freed once it was read as many times as
 * results are made of it (`recipientCounts`, tfjs-layers/src/engine/executor.ts); a layer that is given it several
 * times reads it as often for one result, and what reads it later finds it gone. Inputs and outputs of the model stay, and
 * numbers that several tensors share stay as long as one of them.
 */
export function freedTooEarly(
  outputs: readonly HostObject<TensorState>[],
  inputs: ReadonlySet<HostObject<TensorState>>,
  builder: GraphBuilder,
): Throwing | undefined {
  const executed = executions(outputs)
  const recipients = new Map<HostObject<TensorState>, number>()
  for (const { inputs: read } of executed.map(producerOf))
    for (const tensor of new Set(read)) recipients.set(tensor, (recipients.get(tensor) ?? 0) + 1)
  const freed = new Map<HostObject<TensorState>, Application>()
  for (const [turn, result] of executed.entries()) {
    const application = producerOf(result)
    const gone = application.inputs.filter(tensor => freed.has(tensor))
    for (const tensor of gone) {
      const known = [...inputs, ...executed.slice(0, turn)].filter(other => !freed.has(other))
      const isLost = !known.some(other => numbersOf(other, builder) === numbersOf(tensor, builder))
      const throws = isLost || refusesFreed(application, result, tensor, builder)
      if (throws === undefined) return undefined
      if (throws) {
        const name = (of: Application | undefined) => `\`${of?.layer.state.name}\``
        const often = executed
          .map(producerOf)
          .find(({ inputs: read }) => read.indexOf(tensor) !== read.lastIndexOf(tensor))
        const reason = `the result of ${name(tensor.state.producer)} is freed behind ${name(freed.get(tensor))}, since ${name(often)} is given it more than once`
        return { layer: application.layer.state.name, reason }
      }
    }
    for (const tensor of application.inputs) {
      const left = (recipients.get(tensor) ?? 0) - 1
      recipients.set(tensor, left)
      const stays = inputs.has(tensor) || outputs.includes(tensor)
      if (left === 0 && !stays) freed.set(tensor, application)
    }
  }
  return undefined
}

/**
 * Whether a layer throws for a tensor that was freed although its numbers are still there: a method of the tensor does,
 * a function does not. Undefined for what may do either, as code of the program does.
 */
function refusesFreed(
  { layer, inputs }: Application,
  result: HostObject<TensorState>,
  tensor: HostObject<TensorState>,
  builder: GraphBuilder,
): boolean | undefined {
  const [given, made] = [tensor.state.node, result.state.node]
  // `Layer.apply` (tfjs-layers/src/engine/topology.ts) clones what `call` gives back as it is.
  if (given && made && valueBelow(made, given, builder) === 'same') return true
  if (isModel(layer) || !layer.state.definition || layer.state.custom) return undefined
  return layer.state.definition.clonesFirst === true && inputs[0] === tensor
}

/** The first tensor that has the numbers of one, which layers in between hand on. */
function numbersOf(tensor: HostObject<TensorState>, builder: GraphBuilder): HostObject<TensorState> {
  const { node, producer } = tensor.state
  const handedOn = producer?.inputs.find(
    ({ state }) => node && state.node && valueBelow(node, state.node, builder) !== undefined,
  )
  return handedOn ? numbersOf(handedOn, builder) : tensor
}

/** Whether a result is a value, as the same tensor or as another one of its numbers, where the model predicts. */
function valueBelow(result: Node, value: Node, builder: GraphBuilder): 'same' | 'another' | undefined {
  let found: 'same' | 'another' = 'same'
  for (let node: Node | undefined = result; node; ) {
    if (node === value) return found
    const meaning = expand(node, builder, 'inference')
    if (isProblem(meaning)) return undefined
    const op = opTable[meaning.op]
    if (meaning !== node) {
      node = meaning
      continue
    }
    const isShared = (op?.kind === 'primitive' && op.positions(node).reshaped) || handsOn(node)
    if (!isShared && notationOf(node)?.form !== 'transparent') return undefined
    if (isShared) found = 'another'
    node = node.inputs[0]
  }
  return undefined
}

function handsOn({ op, attributes, inputs: [given], type }: Node): boolean {
  const [before, after] = [given?.type.shape, type.shape]
  const isShape =
    before && after && before.length === after.length && before.every((size, i) => equals(size, after[i]!))
  return isShape === true && opTable[op]?.handsOn?.(attributes) === true
}

/** A tensor that a layer makes. */
type Made = HostObject<TensorState & { readonly producer: Application }>

const isMade = (tensor: HostObject<TensorState>): tensor is Made => tensor.state.producer !== undefined

const producerOf = ({ state }: Made): Application => state.producer

/** When an application is executed: once for each of its results that is read. */
interface Turns {
  readonly first: number
  readonly last: number
}

function turnsOf(outputs: readonly HostObject<TensorState>[]): ReadonlyMap<Application, Turns> {
  const turns = new Map<Application, Turns>()
  for (const [turn, application] of executions(outputs).map(producerOf).entries())
    turns.set(application, { first: turns.get(application)?.first ?? turn, last: turn })
  return turns
}

/**
 * What layers make, in the order of execution: for one output after the other, what is read first, and of several inputs the
 * last one first (tfjs-layers/src/engine/executor.ts, `getTopologicalSortAndRecipientCountsForOneFetch`).
 */
function executions(outputs: readonly HostObject<TensorState>[]): readonly Made[] {
  const executed: Made[] = []
  const done = new Set<HostObject<TensorState>>()
  const opened = new Set<HostObject<TensorState>>()
  for (const output of outputs) {
    const pending = [output]
    for (let at = pending.at(-1); at; at = pending.at(-1)) {
      const { producer } = at.state
      if (done.has(at) || !producer || opened.has(at)) {
        pending.pop()
        if (!done.has(at) && isMade(at)) executed.push(at)
        done.add(at)
        continue
      }
      opened.add(at)
      pending.push(...producer.inputs.filter(input => !done.has(input)))
    }
  }
  return executed
}
