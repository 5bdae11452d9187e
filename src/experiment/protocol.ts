import type { Tensor } from '../graph/tensor.js'
import type { DataType } from '../graph/type.js'
import type { Failure } from './failures.js'
import type { Signature } from './problem.js'
import type { SentGraph } from './sent-graph.js'

/** The backends that can be asked for, in the words of the command line. */
export const backends = ['node', 'wasm', 'cpu'] as const

export type BackendName = (typeof backends)[number]

/** What ran the numbers. */
export interface Backend {
  readonly name: BackendName
  /** The package that it comes from, with its version. */
  readonly from: string
  /** What was tried before and does not do, and why. */
  readonly instead?: string
}

/** Model code that is to be run. */
export interface CodeSubject {
  readonly kind: 'code'
  /** The folder of the project, below which files are read. */
  readonly root: string
  /** Where paths start. */
  readonly base: string
  readonly path: string
  /** What stands in the file, where it is not what stands on disk. */
  readonly text?: string
  readonly target?: string | undefined
  /** Values for parameters by name, nested ones by path. */
  readonly arguments: Readonly<Record<string, unknown>>
  /** For a function over tensors: what it takes, by the name of the parameter; null where a size is open. */
  readonly inputs: Readonly<Record<string, Declared>>
}

export interface Declared {
  readonly shape: readonly (number | null)[]
  readonly dtype: DataType
}

/** A graph that is to be run, such as that of a spec. */
export interface GraphSubject {
  readonly kind: 'graph'
  readonly graph: SentGraph
}

export type Subject = CodeSubject | GraphSubject

/** What is known of a subject once it has been built. */
export interface Description {
  readonly inputs: readonly DescribedPort[]
  readonly outputs: readonly DescribedPort[]
  readonly parameters: readonly DescribedParameter[]
  /** For a model that was compiled: its optimizer, as the framework calls it, with its learning rate if it has one. */
  readonly optimizer?: string
}

export interface DescribedPort extends Declared {
  readonly name: string
}

export interface DescribedParameter {
  /** As the framework or the graph names it: `dense_Dense1/kernel`. */
  readonly name: string
  /** The layer that owns it, by its place among the layers of the model, those of models inside counted in their place. */
  readonly layer?: number
  readonly shape: readonly number[]
  readonly trainable: boolean
}

/** How a parameter moves. */
export interface AskedOptimizer {
  readonly kind: 'adam' | 'sgd'
  readonly learningRate: number
}

/** One training from the first step to the last. */
export interface TrainingRun {
  readonly seed: number
  /** The objective at steps, as it was on the examples of the step. */
  readonly curve: readonly (readonly [step: number, loss: number])[]
  /** What is measured at the end on examples that training has not seen; not a number where training lost its way. */
  readonly loss: number
  readonly steps: number
  /** Set where time was over before the last step. */
  readonly unfinished?: true
  /** Set where it still fell towards the bound when it had taken as many steps as it may. */
  readonly falling?: true
  /** The loss of the baseline of the problem, which depends on the teacher where there is one. */
  readonly baseline: number
  /** Which optimizer it was. */
  readonly optimizer: string
  readonly seconds: number
}

/** What the process can be asked, by name, and what it answers. */
export interface Questions {
  /** Loads and builds the subject; the first question. */
  readonly start: {
    readonly asked: {
      readonly subject: Subject
      /** Folders in which TensorFlow.js is looked for, in this order. */
      readonly folders: readonly string[]
      readonly backend?: BackendName | undefined
      readonly seed: number
    }
    readonly answer: Description
  }
  /** Outputs for weights and inputs, and how a sum of the outputs with factors changes with each weight. */
  readonly outputs: {
    readonly asked: {
      /** In the order of the description; absent for those with which the subject starts. */
      readonly weights?: readonly Tensor[]
      readonly inputs: readonly Tensor[]
      readonly training: boolean
      /** A factor for each element of each output. */
      readonly factors?: readonly Tensor[]
    }
    readonly answer: {
      readonly outputs: readonly Tensor[]
      /** For each parameter; null where nothing flows back or the parameter does not train. */
      readonly gradients?: readonly (Tensor | null)[]
    }
  }
  /** The weights that the subject starts with, in the order of the description. */
  readonly initial: {
    readonly asked: { readonly seed: number }
    readonly answer: readonly Tensor[]
  }
  readonly train: {
    readonly asked: {
      readonly problem: string
      readonly signature: Signature
      /** Another network, where the problem is to learn its outputs. */
      readonly teacher?: SentGraph
      /** Decides the weights of that network, the same for all runs. */
      readonly teacherSeed: number
      readonly seed: number
      /** Where training starts, in the order of the description; absent for the weights that the subject starts with. */
      readonly weights?: readonly Tensor[]
      /** Absent for that of `compile`. */
      readonly optimizer?: AskedOptimizer
      /** No step begins later, in seconds. */
      readonly seconds: number
    }
    readonly answer: TrainingRun
  }
}

export type QuestionName = keyof Questions

/** A question as it is sent. */
export type Question = {
  readonly [Name in QuestionName]: { readonly name: Name; readonly asked: Questions[Name]['asked'] }
}[QuestionName]

/** What comes back: how far it is, at last an answer, or why there is none. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly part: number }
  | {
      readonly kind: 'answer'
      readonly answer: Questions[QuestionName]['answer']
      /** What it was computed with: a backend that lacks an op gives way to another. */
      readonly backend: Backend
    }
  | { readonly kind: 'failure'; readonly failure: Failure }
