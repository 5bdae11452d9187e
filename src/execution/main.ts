import { randomSource } from '../evaluate/random.js'
import type { TensorFlow } from '../experiment/compile/framework.js'
import { ExperimentFailure, failureOf } from '../experiment/failures.js'
import type { Teacher } from '../experiment/problem.js'
import type { Backend, Description, Question, Questions, Reply } from '../experiment/protocol.js'
import type { SentGraph } from '../experiment/sent-graph.js'
import { runCode } from './code.js'
import { runnableGraph } from './graph.js'
import { outputsOf, realTensor, tensorOf, tidied } from './outputs.js'
import { failureFrom, lacksKernel } from './reasons.js'
import type { Runnable } from './subject.js'
import { type ChosenFramework, chooseFramework, fallBack } from './tensorflow.js'
import { train } from './train.js'

type Start = Questions['start']['asked']

/** Answers questions about one subject, which the first of them names. */
class Experiment {
  #start: Start | undefined
  #framework: ChosenFramework | undefined
  #built: Runnable | undefined
  readonly #progress: (part: number) => void

  constructor(progress: (part: number) => void) {
    this.#progress = progress
  }

  get backend(): Backend {
    return this.#framework!.backend
  }

  async answer(question: Question): Promise<Questions[Question['name']]['answer']> {
    try {
      return await this.#answer(question)
    } catch (thrown) {
      const kernel = lacksKernel(thrown)
      if (kernel === undefined || !this.#framework || !this.#start) throw thrown
      this.#framework = await fallBack(this.#framework, `it has no kernel ${kernel}`)
      await this.#build(this.#start.seed)
      return await this.#answer(question)
    }
  }

  async #answer({ name, asked }: Question): Promise<Questions[Question['name']]['answer']> {
    if (name === 'start') {
      this.#start = asked
      this.#framework ??= await prepare(asked)
      return describe(await this.#build(asked.seed))
    }
    const { tf } = this.#framework!
    if (name === 'outputs') return outputsOf(this.#built!, asked, tf)
    const runnable = await this.#build(asked.seed)
    if (name === 'initial') return runnable.parameters.map(({ variable }) => tensorOf(variable))
    const teacher = asked.teacher && teacherOf(asked.teacher, asked.teacherSeed, tf)
    return train(runnable, asked, tf, { ...(teacher && { teacher }), progress: this.#progress })
  }

  /** The subject as it starts with a seed: its code runs anew, so that nothing is left of what was built before. */
  async #build(seed: number): Promise<Runnable> {
    const { tf } = this.#framework!
    const { subject } = this.#start!
    tf.disposeVariables()
    const random = randomSource(seed)
    // TensorFlow.js seeds its draws by it where no seed is given.
    Math.random = random
    this.#built = subject.kind === 'code' ? await runCode(subject, tf) : runnableGraph(subject.graph, tf)
    return this.#built
  }
}

async function prepare({ folders, backend }: Start): Promise<ChosenFramework> {
  const chosen = await chooseFramework(folders, backend)
  // Scripts of pages find it under this name.
  Object.assign(globalThis, { tf: chosen.tf })
  return chosen
}

/** A network with weights that the seed decides, whose outputs others learn. */
function teacherOf(graph: SentGraph, seed: number, tf: TensorFlow): Teacher {
  const { random } = Math
  Math.random = randomSource(seed ^ teacherSeed)
  const { apply, parameters } = runnableGraph(graph, tf)
  for (const { variable } of parameters)
    if (variable.rank > 1) tf.tidy(() => variable.assign(tf.mul(variable, teacherScale)))
  Math.random = random
  return inputs =>
    tidied(tf, () =>
      apply(
        inputs.map(input => realTensor(input, tf)),
        false,
      ).map(tensorOf),
    )
}

/** Matrices are larger than those that a network starts with, which leave activations nearly linear. */
const teacherScale = 4

/** Other draws than those of the initial weights of the same seed. */
const teacherSeed = 0x5eed

function describe({ inputs, outputs, parameters, compiled }: Runnable): Description {
  return {
    inputs,
    outputs,
    parameters: parameters.map(({ variable, ...rest }) => rest),
    ...(compiled && { optimizer: compiled.optimizer.getClassName() }),
  }
}

/** Answers what the parent process asks, one question after the other. */
export function serve(): void {
  const send = process.send!.bind(process)
  const reply = (message: Reply) => send(message)
  const experiment = new Experiment(part => reply({ kind: 'progress', part }))
  // The code has no business with the process that asks.
  Object.assign(process, { send: undefined, exit: refuseExit })
  // What the code starts and does not wait for may fail by itself.
  for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, () => undefined)
  process.on('message', (question: Question) => {
    experiment.answer(question).then(
      answer => reply({ kind: 'answer', answer, backend: experiment.backend }),
      (thrown: unknown) => reply({ kind: 'failure', failure: failureFrom(thrown) }),
    )
  })
  reply({ kind: 'ready' })
}

function refuseExit(code: number = 0): never {
  throw new ExperimentFailure(failureOf('exits', { code: String(code) }).failure)
}
