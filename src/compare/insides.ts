import { isProblem } from '../graph/op.js'
import type { TrainingGraph } from '../graph/training.js'
import type { StatedNetwork } from '../spec/algorithm.js'
import { isOfAny } from './applications.js'
import { asWritten, byValue } from './clause-verdicts.js'
import { ended } from './network-ends.js'
import type { CodeNetwork } from './networks.js'
import { compareStructure } from './structure.js'
import type { ClauseVerdict, Comparison, Finding } from './verdict.js'

/** What was found out about a network that a model of the code may be. */
export interface NetworkVerdicts {
  readonly clauses: readonly ClauseVerdict[]
  /** Findings that concern no clause: a layer that is not specified. */
  readonly loose: readonly Finding[]
  readonly silent: Comparison['silent']
}

/** Compares what networks compute with the models of the code that they may be, each pair once. */
export class NetworkInsides {
  readonly #training: TrainingGraph
  readonly #known = new Map<string, NetworkVerdicts>()

  constructor(training: TrainingGraph) {
    this.#training = training
  }

  of(stated: StatedNetwork, code: CodeNetwork): NetworkVerdicts {
    const { inputs, outputs } = code.model
    const ports = [...inputs, ...outputs].map(({ node }) => node.id)
    const key = `${stated.name} ${ports.join()} ${code.end}`
    const found = this.#known.get(key) ?? this.#compared(stated, code)
    this.#known.set(key, found)
    return found
  }

  #compared({ name: stated, clause, inside }: StatedNetwork, code: CodeNetwork): NetworkVerdicts {
    const { builder, provenance } = this.#training
    const name = isOfAny(code.model) ? `any network for ${code.name}` : code.name
    const found = code.end === undefined ? name : `${code.end} of what ${name} gives`
    const own = asWritten(clause, byValue(stated, found))
    if (!inside) return { clauses: [own], loose: [], silent: [] }
    const outputs = code.model.outputs.map(port => {
      const node = ended(code, port.node, builder)
      return isProblem(node) ? port : { ...port, node }
    })
    const model = { ...code.model, outputs }
    const { clauses, loose, silent } = compareStructure(inside, { model, builder, provenance })
    return { clauses: [own, ...clauses], loose, silent }
  }
}
