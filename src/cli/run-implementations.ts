import { availableParallelism } from 'node:os'
import { type BakeoffRun, type Known, type RunSide, runVerdict, type WeighedPair } from '../bakeoff/run.js'
import { type Counterpart, counterpartOf } from '../compare/counterpart.js'
import { ExperimentFailure, reasonOf } from '../experiment/failures.js'
import { signatureText } from '../experiment/fit.js'
import type { JointTraining } from '../experiment/joint-training.js'
import type { Signature } from '../experiment/problem.js'
import { graphReference, type WeightedModel } from '../experiment/same-weights.js'
import { sendGraph } from '../experiment/sent-graph.js'
import { signatureOf } from '../experiment/signature.js'
import { isProblem } from '../graph/op.js'
import type { CheckOutcome } from '../pipeline.js'
import { atOnce } from './at-once.js'
import { carryWeights } from './carried-weights.js'
import { type TrainingSide, trainJointly } from './joint-training-runs.js'
import { Laboratory } from './laboratory.js'
import { noProblemText, problemFor } from './problem-names.js'
import type { RunOptions } from './run-model.js'
import { cannotRun, type RunSubject } from './run-subject.js'
import { misreadingOf, orderOf, type RunningSide, weigh, weightedModel } from './running-side.js'

/** An implementation that is asked to run. */
export interface AskedImplementation extends RunSubject {
  /** What the spec says of it, where there is one. */
  readonly check?: CheckOutcome
}

export interface JointOptions extends RunOptions {
  /** Whether nothing is to be trained. */
  readonly isUntrained: boolean
}

/** A place among all sides with what runs there. */
interface Placed extends RunningSide {
  readonly side: number
}

/**
 * Runs implementations: the same weights in all of them, then the same problem for all. One that fails is left behind with the reason, and
 * the others go on.
 */
export async function runImplementations(
  asked: readonly AskedImplementation[],
  options: JointOptions,
  spec?: string,
): Promise<BakeoffRun> {
  const run = new JointRun(asked, options, spec)
  try {
    return await run.all()
  } finally {
    run.close()
  }
}

class JointRun {
  readonly #asked: readonly AskedImplementation[]
  readonly #options: JointOptions
  readonly #spec: string | undefined
  readonly #laboratories: Laboratory[] = []
  readonly #sides: RunSide[]
  readonly #weights: WeighedPair[] = []
  /** For each side that can start with the weights of the reference, which of its weights is which. */
  readonly #orders = new Map<number, readonly number[]>()

  constructor(asked: readonly AskedImplementation[], options: JointOptions, spec: string | undefined) {
    this.#asked = asked
    this.#options = options
    this.#spec = spec
    this.#sides = [
      ...asked.map(({ shown }) => ({ label: shown, isSpec: false })),
      ...(spec === undefined ? [] : [{ label: spec, isSpec: true }]),
    ]
  }

  close(): void {
    for (const laboratory of this.#laboratories) laboratory.close()
  }

  async all(): Promise<BakeoffRun> {
    const started = await this.#start()
    const first = started.find(({ model }) => !isProblem(model)) ?? started[0]
    if (first && !isProblem(first.model))
      this.#orders.set(
        first.side,
        first.model.weights.map((_, i) => i),
      )
    for (const side of started) if (first && side !== first) await this.#weighAgainst(first, side)
    const specified = first && (await this.#weighAgainstSpec(started, first))
    const outcome = first ? await this.#train(first, this.#running(started), specified) : {}
    const { seed, limits } = this.#options
    const known = { sides: this.#sides, weights: this.#weights, ...outcome }
    return { ...known, ...(first && { reference: first.side }), seed, limits, verdict: runVerdict(known) }
  }

  /** Builds all implementations, and takes those aside that fail or are not what was read. */
  async #start(): Promise<readonly Placed[]> {
    const { seed, backend } = this.#options
    const started = await atOnce(
      this.#asked,
      availableParallelism(),
      async ({ code, shown, graph }, side) => {
        const laboratory = this.#laboratory(code)
        const built = await this.#attempt(side, () => laboratory.start(seed, backend))
        if (!built) return []
        const running = { side, label: shown, laboratory, description: built }
        const model = weightedModel(shown, built, graph)
        const misread = await this.#attempt(side, async () => ({
          difference: await misreadingOf({ ...running, model }, seed),
        }))
        if (!misread) return []
        const backendOf = laboratory.backend
        this.#note(side, {
          ...(backendOf && { backend: backendOf }),
          ...(misread.difference && { misread: misread.difference }),
        })
        const problem = misread.difference && { problem: `${shown} is not what was read of it` }
        return [{ ...running, model: problem ?? model }]
      },
    )
    return started.flat()
  }

  async #weighAgainst(first: Placed, side: Placed): Promise<void> {
    const weighing = await this.#attempt(side.side, () => weigh(side, first, this.#options.seed))
    if (!weighing) return
    const { outcome, known, order } = weighing
    this.#weights.push({ side: side.side, reference: first.side, outcome, known })
    if (order) this.#orders.set(side.side, order)
  }

  /** Compares each implementation with the spec as it is for it; the result is that of the first, which trains with them. */
  async #weighAgainstSpec(
    started: readonly Placed[],
    first: Placed,
  ): Promise<(TrainingSide & { readonly counterpart: Counterpart }) | undefined> {
    if (this.#spec === undefined) return undefined
    const place = this.#asked.length
    let kept: (TrainingSide & { readonly counterpart: Counterpart }) | undefined
    for (const side of this.#running(started)) {
      const { check } = this.#asked[side.side]!
      const counterpart = check?.comparison && counterpartOf(check.comparison)
      const reason = check?.reason?.message ?? 'the spec could not be brought together with the code'
      const pair = { side: side.side, reference: place, known: knownBy(check) }
      const tell = (why: string) =>
        this.#weights.push({ ...pair, outcome: { kind: 'unmatched', reason: why } })
      if (!counterpart) {
        tell(reason)
        continue
      }
      const laboratory = this.#laboratory({ kind: 'graph', graph: sendGraph(counterpart.graph) })
      try {
        await laboratory.start(this.#options.seed, this.#options.backend)
      } catch (error) {
        if (!(error instanceof ExperimentFailure)) throw error
        tell(reasonOf(error.failure))
        continue
      }
      const model = weightedModel(side.label, side.description, check.comparison?.code)
      if (isProblem(side.model) || isProblem(model)) {
        tell(isProblem(side.model) ? side.model.problem : isProblem(model) ? model.problem : reason)
      } else {
        const other = { ...graphReference(counterpart), laboratory }
        const outcome = await this.#attempt(side.side, () =>
          carryWeights({
            code: { ...model, laboratory: side.laboratory },
            other,
            names: { code: side.label, other: 'the spec' },
            seed: this.#options.seed,
          }),
        )
        if (outcome) this.#weights.push({ ...pair, outcome })
        if (side === first) this.#keepOrder(place, other, model)
      }
      if (side === first) {
        kept = { side: place, laboratory, counterpart }
        if (laboratory.backend) this.#note(place, { backend: laboratory.backend })
      } else laboratory.close()
    }
    return kept
  }

  /** The spec can start as the first implementation does, where it has the same learned tensors. */
  #keepOrder(place: number, spec: WeightedModel, model: WeightedModel): void {
    const order = orderOf(spec, model)
    if (order.length === model.weights.length && !order.includes(-1)) this.#orders.set(place, order)
  }

  async #train(
    first: Placed,
    started: readonly Placed[],
    specified: (TrainingSide & { readonly counterpart: Counterpart }) | undefined,
  ): Promise<{ readonly training?: JointTraining; readonly untrained?: string }> {
    const { seed, seeds, limits, problem, progress, isUntrained } = this.#options
    if (isUntrained) return { untrained: 'no problem was asked for' }
    if (!started.some(learns)) return { untrained: 'there is nothing to learn in any of them' }
    const graph = this.#asked[first.side]!.graph
    const signature = signatureOf(first.description, graph)
    const chosen = problemFor(problem, { signature, graph, hasTeacher: specified !== undefined })
    if (!chosen) return { untrained: noProblemText(signature) }
    const fitting = started.filter(side => {
      const untrained = whyUntrained(side, first)
      if (untrained !== undefined) this.#note(side.side, { untrained })
      return untrained === undefined
    })
    const sides = [
      ...fitting.map(({ side, laboratory }) => ({ side, laboratory })),
      ...(specified ? [{ side: specified.side, laboratory: specified.laboratory }] : []),
    ].map(entry => ({ ...entry, ...this.#orderOf(entry.side) }))
    if (sides.length < 2) return { untrained: 'only one of them runs and fits the problem' }
    const { training, failures } = await trainJointly({
      ...chosen,
      signature,
      ...(specified && { teacher: sendGraph(specified.counterpart.graph) }),
      options: { seed, seeds, budget: limits.seconds },
      progress,
      sides,
    })
    for (const [side, failure] of failures) this.#fail(side, new ExperimentFailure(failure))
    return { training }
  }

  #orderOf(side: number): Pick<TrainingSide, 'order'> {
    const order = this.#orders.get(side)
    return order ? { order } : {}
  }

  #laboratory(subject: ConstructorParameters<typeof Laboratory>[0]): Laboratory {
    const made = new Laboratory(subject, this.#options.limits)
    this.#laboratories.push(made)
    return made
  }

  #running(started: readonly Placed[]): readonly Placed[] {
    return started.filter(({ side }) => !this.#sides[side]!.failure)
  }

  #note(side: number, known: Partial<RunSide>): void {
    this.#sides[side] = { ...this.#sides[side]!, ...known }
  }

  #fail(side: number, { failure }: ExperimentFailure): void {
    const asked = this.#asked[side] ?? this.#asked[0]!
    this.#note(side, { failure: cannotRun(failure, { ...asked, shown: this.#sides[side]!.label }) })
  }

  /** The result, or nothing where the side fails, which is noted. */
  async #attempt<Result>(side: number, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ExperimentFailure)) throw error
      this.#fail(side, error)
      return undefined
    }
  }
}

const byCheck: Readonly<Partial<Record<CheckOutcome['verdict'], Known>>> = {
  'as written': 'proved',
  differs: 'refuted',
}

const knownBy = (check: CheckOutcome | undefined): Known => (check && byCheck[check.verdict]) ?? 'open'

const learns = ({ description }: RunningSide): boolean =>
  description.parameters.some(({ trainable }) => trainable)

/** Why a side cannot train beside the first. */
function whyUntrained(side: RunningSide, first: RunningSide): string | undefined {
  if (!learns(side)) return 'nothing of it trains'
  const [own, other] = [side, first].map(({ description }) => signatureOf(description, undefined))
  return fits(own!, other!)
    ? undefined
    : `it ${signatureText(own!)}, and ${first.label} ${signatureText(other!)}`
}

/** Whether tensors of one signature can be those of the other; open sizes fit all. */
function fits(own: Signature, other: Signature): boolean {
  const alike = (a: Signature['inputs'], b: Signature['inputs']) =>
    a.length === b.length &&
    a.every(
      ({ shape }, i) =>
        shape.length === b[i]!.shape.length &&
        shape.every((size, axis) => {
          const partner = b[i]!.shape[axis]!
          return size === null || partner === null || size === partner
        }),
    )
  return alike(own.inputs, other.inputs) && alike(own.outputs, other.outputs)
}
