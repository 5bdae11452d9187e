import type { ModelGraph } from '../graph/model.js'
import type { Tensor } from '../graph/tensor.js'
import { instanceOf } from './fit.js'
import { type Instance, isMisfit, type Misfit, type Signature } from './problem.js'
import { type ProblemName, problems } from './problems/table.js'
import { allParametersOf } from './sent-graph.js'

/** A problem at the sizes of a model. */
export interface ChosenProblem {
  readonly name: ProblemName
  readonly instance: Instance
}

/** What of a model decides which problem it is put to. */
export interface Candidate {
  readonly signature: Signature
  /** Absent where the code could not be followed. */
  readonly graph?: ModelGraph | undefined
  /** Whether there is another network whose outputs can be learned. */
  readonly hasTeacher: boolean
}

/** The problem that is named, or why it does not fit. */
export function namedProblem(name: ProblemName, candidate: Candidate): ChosenProblem | Misfit {
  const instance = instanceOf(problems[name], candidate.signature, teacherFor(candidate))
  return isMisfit(instance) ? instance : { name, instance }
}

/** The first problem that fits; undefined where none does. */
export function firstProblem(candidate: Candidate): ChosenProblem | undefined {
  for (const name of preferred(candidate.graph)) {
    const found = namedProblem(name, candidate)
    if (!isMisfit(found)) return found
  }
  return undefined
}

/** Only its shapes count here: the process that trains has the network itself. */
function teacherFor({ signature, hasTeacher }: Candidate) {
  return hasTeacher ? ([first]: readonly Tensor[]) => zerosFor(signature, first?.shape[0] ?? 1) : undefined
}

function zerosFor({ outputs }: Signature, examples: number): readonly Tensor[] {
  return outputs.map(output => {
    const shape = [examples, ...output.shape.map(size => size ?? 1)]
    return { shape, dtype: 'float32', data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
  })
}

/** The problems in the order in which they are tried: one that a linear map solves comes first for what has one matrix. */
function preferred(graph: ModelGraph | undefined): readonly ProblemName[] {
  const matrices = graph && allParametersOf(graph).filter(({ node }) => (node.type.shape?.length ?? 0) > 1)
  const isLinear = matrices !== undefined && matrices.length < 2
  const names = Object.keys(problems) as readonly ProblemName[]
  return isLinear
    ? names.toSorted((a, b) => Number(!problems[a].forLinear) - Number(!problems[b].forLinear))
    : names
}
