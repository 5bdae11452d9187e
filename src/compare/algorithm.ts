import { diagnostic, filledDiagnostic } from '../diagnostics/diagnostic.js'
import { substituteIn } from '../graph/attribute.js'
import type { ModelGraph } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Assignment, Descent } from '../graph/training.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { textOf } from '../library/config.js'
import { folded } from '../library/step-order.js'
import { standsForOutdated } from '../library/tensorflow/tape.js'
import { withDescents, writtenDescent } from '../library/written-descents.js'
import type { StatedAlgorithm, StatedDescent, StatedStep, StatedUpdate } from '../spec/algorithm.js'
import { clausesOfNetwork, clausesOfStep } from '../spec/clauses.js'
import type { Clause, Spec } from '../spec/spec.js'
import { compareAmount } from './amounts.js'
import { applicationsIn, isOfAny } from './applications.js'
import { appliedNetworks, isInert } from './applied.js'
import { asWritten, byValue, differs, undecided } from './clause-verdicts.js'
import { compareClipping } from './clipping.js'
import { leafNames } from './evidence.js'
import { compareFrequency, type Repeats, withFrequency } from './frequency.js'
import { scheduleOf } from './hyper-parameters.js'
import { NetworkInsides } from './insides.js'
import { MeaningSearch } from './meaning-search.js'
import { type MissingStep, missingStep, ownUpdate, ownUpdateReason } from './missing-steps.js'
import { trainableOf } from './networks.js'
import { compareObjective, type Effort, lossOf, type Meanings, trainingNetworks } from './objective.js'
import { isBetter, type Outcome, outcomeOf, withoutDifferences } from './outcome.js'
import { type Program, wholeOf } from './program.js'
import { partsWith } from './stated-matches.js'
import {
  areOfOnePlace,
  type CodeStep,
  commonAround,
  flatSteps,
  isAssignment,
  misplaced,
  movedBy,
} from './steps.js'
import { compareOptimizer } from './training.js'
import { sharedOptimizers, UnstatedSteps } from './unstated-steps.js'
import { compareUpdate } from './update.js'
import type { ClauseVerdict, Evidence, Finding, MatchedStep } from './verdict.js'
import { compareWrittenStep } from './written-steps.js'

/** What was found out about a training program. */
export interface AlgorithmComparison {
  readonly clauses: readonly ClauseVerdict[]
  /** Findings that concern no clause: a step that is not specified. */
  readonly loose: readonly Finding[]
  /** The stated steps with those of the code, where names were found to mean something. */
  readonly steps: readonly MatchedStep[]
  /** What findings are shown in: the losses, and what is written into parameters, in one graph. */
  readonly code: ModelGraph
}

/** So many ways are tried in which networks and inputs of the spec may be those of the code. */
const mostMeanings = 500

/** In so many of them values are compared, which costs more than to see that they do not fit. */
const mostValued = 24

/** So many choices of tensors for inputs are made, whether they fit or not. */
const mostChoices = 20_000

/**
 * Compares what a spec says of training with a training program. Which model of the code a network is, and which of its
 * inputs of one shape is which, is found out: a way in which every clause holds proves them, and a difference is told
 * where each way has one.
 */
export function compareAlgorithm(
  spec: Spec,
  algorithm: StatedAlgorithm,
  program: Program,
): AlgorithmComparison {
  const comparison = new ProgramComparison(spec, algorithm, program)
  const proved = comparison.proved()
  if (proved) return { ...proved, code: comparison.code }
  let best: (Outcome & { readonly meanings: Meanings }) | undefined
  let [tried, valued] = [0, 0]
  let isComplete = comparison.search.triesAll
  const search = { left: mostChoices }
  for (const meanings of comparison.search.meanings(search)) {
    if (tried++ >= mostMeanings || valued >= mostValued) {
      isComplete = false
      break
    }
    const most = best && (best.open === 0 ? best.differing - 1 : best.differing)
    const found = comparison.under(meanings, { most })
    if (!found) continue
    valued++
    if (!best || isBetter(found, best)) best = { ...found, meanings }
    if (best.differing + best.open === 0) break
  }
  const named = best && best.differing > 0 ? comparison.under(best.meanings, { effort: 'name' }) : best
  const told = named ?? comparison.withoutMeaning()
  const doubt =
    isComplete && search.left > 0
      ? best && comparison.search.doubtAbout(best.meanings.networks)
      : 'networks and inputs may be those of the code in more ways than are tried'
  const { clauses, loose } = doubt === undefined ? told : withoutDifferences(told, doubt, program.span)
  return { clauses, loose, steps: told.steps, code: comparison.code }
}

/** A stated step with what it is in the code: a step of an optimizer may be written by hand. */
type Match =
  | { readonly stated: StatedDescent; readonly code: CodeStep<Descent | Assignment> | undefined }
  | { readonly stated: StatedUpdate; readonly code: CodeStep<Assignment> | undefined }

class ProgramComparison {
  readonly code: ModelGraph
  readonly #spec: Spec
  readonly #algorithm: StatedAlgorithm
  readonly #program: Program
  readonly #steps: readonly CodeStep[]
  readonly #losses = new Map<Descent, ReturnType<typeof lossOf>>()
  /** What steps that the code writes itself go down, where they take derivatives of it. */
  readonly #written = new Map<Assignment, Descent>()
  /** What names of the spec may be in the code. */
  readonly search: MeaningSearch
  readonly #insides: NetworkInsides
  readonly #nameOf: (node: Node) => string

  constructor(spec: Spec, algorithm: StatedAlgorithm, program: Program) {
    this.#spec = spec
    this.#algorithm = algorithm
    this.#program = program
    const { training } = program
    this.#steps = flatSteps(withDescents(folded(training.training.steps)))
    for (const { step } of this.#steps) {
      const own =
        step.kind === 'assignment' ? writtenDescent(step) : step.kind === 'descent' ? step : undefined
      if (own) this.#losses.set(own, lossOf(own, training))
      if (own && step.kind === 'assignment') this.#written.set(step, own)
    }
    const losses = [...this.#losses.values()].flatMap(loss => (isProblem(loss) ? [] : [loss]))
    this.search = new MeaningSearch(spec, algorithm, program, [...this.#losses.values()], this.#steps)
    this.code = wholeOf(program, losses, this.search.ports, this.search.networks)
    this.#insides = new NetworkInsides(training)
    this.#nameOf = leafNames(this.code)
  }

  /** The verdicts where every clause holds whatever the networks compute, which costs least to see. */
  proved(): Outcome | undefined {
    let tried = 0
    for (const meanings of this.search.meanings({ left: mostChoices })) {
      if (tried++ >= mostMeanings) return undefined
      const found = this.under(meanings, { most: 0, effort: 'form' })
      if (found && found.open === 0) return found
    }
    return undefined
  }

  /** The verdicts where no model of the code can be the networks, or nothing of it the inputs. */
  withoutMeaning(): Outcome {
    const { networks, steps } = this.#algorithm
    const { span } = this.#program
    const reason = this.search.whyNone()
    const clauses = [
      ...this.#inputClauses(),
      ...networks.flatMap(clausesOfNetwork),
      ...steps.flatMap(clausesOfStep),
    ].map(clause => undecided(clause, reason, span))
    return outcomeOf(clauses, [])
  }

  #inputClauses(): readonly Clause[] {
    return this.#spec.inputs.map(({ clause }) => clause)
  }

  /**
   * The verdicts if names mean this; undefined where more than `most` clauses differ. What costs most, to compare values,
   * comes last.
   */
  under(
    meanings: Meanings,
    {
      most = Number.POSITIVE_INFINITY,
      effort = 'verdict',
    }: { readonly most?: number | undefined; readonly effort?: Effort },
  ): Outcome | undefined {
    const { networks, inputs, bindings } = meanings
    const byShape = (stated: Attribute, node: Node | undefined): Evidence => {
      const bound = substituteIn(stated, name => bindings.get(name))
      return { by: 'shape', expected: textOf(bound), actual: shapeText(node?.type.shape ?? null) }
    }
    const ports = this.#spec.inputs.map(({ clause, shape, name }) => {
      const node = inputs.get(name)
      return node
        ? asWritten(clause, byShape(shape, node))
        : undecided(clause, this.#unread(name), this.#program.span)
    })
    const matches = this.#matches(meanings)
    const known = matches.flatMap(({ code }) => (code ? [code] : []))
    const common = commonAround(known)
    const insides = [...networks].map(pair => this.#insides.of(...pair))
    const unstated = new UnstatedSteps(this.#steps, known, common)
    const extra = unstated.findings(this.#nameOf)
    const shared = sharedOptimizers(this.#program.training.training.steps)
    const loose = [...extra, ...shared, ...insides.flatMap(own => own.loose)]
    const around = matches.map(match => this.#aroundValue(match, meanings, common))
    const verdicts: ClauseVerdict[] = [...insides.flatMap(({ clauses }) => clauses), ...around.flat()]
    for (const match of matches) {
      if (outcomeOf(verdicts, loose).differing > most) return undefined
      verdicts.push(...this.#value(match, meanings, common, effort))
      if (effort === 'form' && verdicts.at(-1)?.verdict !== 'as written') return undefined
    }
    if (outcomeOf(verdicts, loose).differing > most) return undefined
    const place = (verdict: ClauseVerdict) => this.#spec.clauses.indexOf(verdict.clause)
    const ordered = verdicts.toSorted((a, b) => place(a) - place(b))
    const judged = this.#withOrder([...ports, ...ordered], matches)
    const steps = matches.map(
      ({ stated, code }): MatchedStep => ({ stated, ...(code && { implemented: code.step }) }),
    )
    return outcomeOf(this.#withDoubt(judged, unstated), loose, steps)
  }

  /** Which step of the code each stated one is: the one that moves what is stated, as far as there is one. */
  #matches({ networks }: Meanings): readonly Match[] {
    const taken = new Set<CodeStep>()
    return this.#algorithm.steps.map((stated): Match => {
      const wanted = new Set(
        (stated.kind === 'descent' ? stated.over : [stated.network]).flatMap(
          own => networks.get(own)!.parameters,
        ),
      )
      const written = this.#closest('assignment', wanted, taken)
      const code = stated.kind === 'update' ? written : (this.#closest('descent', wanted, taken) ?? written)
      // One call may write into several networks.
      if (code?.step.kind === 'descent') taken.add(code)
      return { stated, code } as Match
    })
  }

  /** The step of a kind that has most in common with some parameters; of assignments, the one in most loops. */
  #closest(
    kind: 'descent' | 'assignment',
    wanted: ReadonlySet<Node>,
    taken: ReadonlySet<CodeStep>,
  ): CodeStep | undefined {
    const candidates = this.#steps.flatMap(code => {
      if (code.step.kind !== kind || taken.has(code)) return []
      const moved = movedBy(code.step as Descent | Assignment)
      const common = [...moved].filter(node => wanted.has(node)).length
      const share = common / Math.max(1, new Set([...moved, ...wanted]).size)
      return share > 0 ? [{ code, share, depth: kind === 'assignment' ? code.around.length : 0 }] : []
    })
    return candidates.toSorted((a, b) => b.depth - a.depth || b.share - a.share)[0]?.code
  }

  /** Why no tensor of the code is an input of the spec. */
  #unread(name: string): string {
    const writes = this.#steps.flatMap(({ step }) => (step.kind === 'assignment' ? step.writes : []))
    const reason = writes.find(({ value }) => !value)?.reason
    const lost = [...this.#losses.values()].find(isProblem)
    if (lost) return lost.problem
    return reason ? `what is written is not known: ${reason}` : `the code reads no \`${name}\``
  }

  /** The verdict about what a step computes, if the code has it. */
  #value(
    match: Match,
    meanings: Meanings,
    common: CodeStep['around'],
    effort: Effort,
  ): readonly ClauseVerdict[] {
    const { stated, code } = match
    if (!code) return []
    if (match.stated.kind === 'descent' && isAssignment(code)) {
      const { stated: own } = match
      const { objective } = own.clauses
      const descent = this.#written.get(code.step)
      const value = descent && this.#objective(own, descent, meanings, effort)
      const context = { nameOf: this.#nameOf, effort, ...(value && { objective: value }) }
      const verdicts = compareWrittenStep(own, code.step, meanings, context)
      const isForOne = [...meanings.networks.values()].some(({ model }) => isOfAny(model))
      return verdicts.map(verdict =>
        isForOne && verdict.verdict === 'as written'
          ? undecided(verdict.clause, 'the shapes of a model alone are given', code.step.origin.span)
          : verdict.clause === objective
            ? withFrequency(verdict, match.stated, code, common, this.#repeats)
            : verdict,
      )
    }
    const verdict =
      match.stated.kind === 'descent'
        ? this.#objective(match.stated, code.step as Descent, meanings, effort)
        : compareUpdate(match.stated, code.step as Assignment, meanings, this.#nameOf)
    return [withFrequency(verdict, stated, code, common, this.#repeats)]
  }

  get #repeats(): Repeats {
    const isUneven = this.#steps.some((code, i) =>
      this.#steps.slice(i + 1).some(other => areOfOnePlace(code, other)),
    )
    return { periods: this.#program.training.training.periods, isUneven }
  }

  #missing(missing: MissingStep, meanings: Meanings): readonly ClauseVerdict[] {
    const { training, span } = this.#program
    return missingStep(missing, this.#steps, training.training, meanings, span)
  }

  /** The verdicts about all else that is stated of a step. */
  #aroundValue(match: Match, meanings: Meanings, common: CodeStep['around']): readonly ClauseVerdict[] {
    const { stated, code } = match
    const { span } = this.#program
    if (!code && stated.kind === 'update') {
      const entry = diagnostic('update-missing', { parameters: stated.network.parameters }, { span })
      return this.#missing({ stated, entry, expected: stated.clause.statement }, meanings)
    }
    if (!code) {
      const { over, name } = stated as StatedDescent
      const values = { parameters: over.map(own => own.parameters).join(', '), objective: name }
      const entry = diagnostic('step-missing', values, { span })
      return this.#missing({ stated, entry, expected: name }, meanings)
    }
    const frequency = compareFrequency(stated, this.#algorithm.steps, code, common, this.#repeats)
    if (stated.kind === 'update') return frequency
    if (isAssignment(code))
      return [
        ...[...(stated.clipping ? [stated.clipping] : []), ...stated.amounts].map(({ clause }) =>
          undecided(clause, 'the code writes the parameters itself', code.step.origin.span),
        ),
        ...frequency,
      ]
    const { training } = this.#program.training
    const { step } = code as CodeStep<Descent>
    const missing = diagnostic(
      'not-decided',
      { reason: 'the optimizer is not known' },
      { span: step.origin.span },
    )
    return [
      this.#over(stated, step, meanings),
      ...(stated.optimizer
        ? compareOptimizer(stated.optimizer, step.optimizer, missing, scheduleOf(code, training))
        : []),
      ...(stated.clipping ? [compareClipping(stated.clipping, step, meanings, this.#nameOf)] : []),
      ...stated.amounts.map(amount => compareAmount(amount, step)),
      ...frequency,
    ]
  }

  #objective(stated: StatedDescent, step: Descent, meanings: Meanings, effort: Effort): ClauseVerdict {
    const clause = stated.clauses.objective
    const { span } = step.origin
    const loss = this.#losses.get(step)!
    if (isProblem(loss)) return undecided(clause, loss.problem, span)
    const apart = step.made ?? (stated.clipping && step.gradients ? undefined : step.changed)
    if (apart !== undefined) return undecided(clause, apart, span)
    const outdated = nodesBelow(loss.outputs.map(({ node }) => node)).find(standsForOutdated)
    if (outdated) {
      const reason = `parameters that \`${this.#nameOf(outdated)}\` was computed from have changed before it is read`
      return undecided(clause, reason, span)
    }
    const own = this.#program.gradients
    if (own !== undefined) return undecided(clause, own, span)
    const inert = appliedNetworks(applicationsIn(loss), meanings.networks).find(
      applied => trainingNetworks(stated, meanings.networks).has(applied.network) && isInert(applied),
    )
    if (inert) {
      const { network, origin } = inert
      const entry = diagnostic(
        'inert-in-training',
        { what: `model \`${network.name}\`` },
        { span: origin.span, related: [{ message: 'specified here', span: clause.span }] },
      )
      return differs(clause, entry, byValue('in training', 'as in inference'))
    }
    const wanted = new Set(stated.over.flatMap(network => meanings.networks.get(network)!.parameters))
    const moved = [...movedBy(step)].filter(node => wanted.has(node))
    const outcome = compareObjective(stated, loss, moved, meanings, effort)
    if ('problem' in outcome) return undecided(clause, outcome.problem, span)
    if ('proof' in outcome) return asWritten(clause, outcome.proof)
    const guess = loss.inputs.find(({ stated: by }) => by?.isGuess)
    if (guess) {
      const reason = `\`${guess.name}\` may be other numbers than these, and a difference would rest on what it is`
      return undecided(clause, reason, guess.stated?.span ?? span)
    }
    const isAlike = (other: StatedStep) =>
      other.kind === 'descent' &&
      other !== stated &&
      other.over.some(network => stated.over.includes(network))
    if (this.#algorithm.steps.some(isAlike))
      return undecided(
        clause,
        'several steps move the same parameters, and which is which is not known',
        span,
      )
    const { name, evidence, specified, implemented } = outcome
    const [origin] = this.#program.training.provenance.origins(implemented)
    const place = {
      span: (name && origin?.span) ?? span,
      related: [{ message: 'specified here', span: clause.span }],
    }
    const values = { call: step.call, objective: stated.name }
    const entry = name ? filledDiagnostic(name, place) : diagnostic('objective-different', values, place)
    const parts = effort === 'name' && outcome.rebuild ? partsWith(specified, outcome.rebuild) : []
    return differs(clause, entry, evidence, { specified, implemented, parts })
  }

  /** Which parameters move: those of the stated networks that train and that the stated value depends on, and no others. */
  #over(stated: StatedDescent, step: Descent, { networks }: Meanings): ClauseVerdict {
    const clause = stated.clauses.over
    const { span } = step.origin
    if (step.open !== undefined) return undecided(clause, step.open, span)
    const moved = movedBy(step)
    const own = stated.over.map(network => networks.get(network)!)
    const all = new Set(own.flatMap(({ parameters }) => parameters))
    const extra = [...moved].filter(node => !all.has(node))
    const loss = this.#losses.get(step)
    const read = new Set(loss && !isProblem(loss) ? nodesBelow(loss.outputs.map(({ node }) => node)) : [])
    // What neither side depends on has no gradient; whether one side does is a matter of the objective.
    const missing = own.flatMap(trainableOf).filter(node => !moved.has(node) && read.has(node))
    const expected = stated.over.map(({ parameters }) => parameters).join(', ')
    if (extra.length === 0 && missing.length === 0) return asWritten(clause, byValue(expected, expected))
    const rest = extra.length === 0 ? ownUpdate(this.#steps, missing) : undefined
    if (rest) return undecided(clause, ownUpdateReason(rest), rest.step.origin.span)
    const owners = (nodes: readonly Node[]) => [
      ...new Set(
        nodes.map(node => [...networks].find(([, code]) => code.parameters.includes(node))?.[0].parameters),
      ),
    ]
    const names = (nodes: readonly Node[]) =>
      owners(nodes).every(owner => owner !== undefined)
        ? owners(nodes).join(', ')
        : nodes.slice(0, 4).map(this.#nameOf).join(', ') + (nodes.length > 4 ? ', …' : '')
    const actual =
      extra.length > 0 ? `also ${names(extra)}` : `not ${missing.slice(0, 4).map(this.#nameOf).join(', ')}`
    const handed = [...networks.values()].find(
      ({ model, parameters }) => isOfAny(model) && extra.some(node => parameters.includes(node)),
    )
    if (handed) {
      const { name } = handed
      const reason = `the step trains \`${name}\` as well unless it is frozen where it is made; \`--artifact '${name}=[…]->[…] frozen'\` says that it is`
      return undecided(clause, reason, span)
    }
    const place = { span, related: [{ message: 'specified here', span: clause.span }] }
    const entry = diagnostic('trained-parameters', { call: step.call, expected, actual }, place)
    return differs(clause, entry, byValue(expected, actual))
  }

  #withOrder(clauses: readonly ClauseVerdict[], matches: readonly Match[]): readonly ClauseVerdict[] {
    const found = matches.flatMap(({ stated, code }) => (code ? [{ stated, code }] : []))
    const wrong = misplaced(
      found.map(({ code }) => code),
      this.#steps,
    )
    if (!wrong) return clauses
    const [first, second] = wrong
    const { stated } = found.find(({ code }) => code === first)!
    const clause = stated.kind === 'descent' ? stated.clauses.objective : stated.clause
    const values = { call: first.step.call, other: second.step.call }
    const entry = diagnostic('step-order', values, { span: first.step.origin.span })
    const evidence = byValue(`before ${second.step.call}`, 'after it')
    return clauses.map(verdict => (verdict.clause === clause ? differs(clause, entry, evidence) : verdict))
  }

  /** Steps that were not followed, or of which a condition decides, may be others than those that are stated. */
  #withDoubt(clauses: readonly ClauseVerdict[], { doubtful }: UnstatedSteps): readonly ClauseVerdict[] {
    if (!doubtful) return clauses
    const { call, origin } = doubtful.step
    const reason = `the code may train by \`${call}\` besides`
    const main = new Set(
      this.#algorithm.steps.map(step => (step.kind === 'descent' ? step.clauses.objective : step.clause)),
    )
    const isOpen = ({ verdict, clause }: ClauseVerdict) => verdict === 'as written' && main.has(clause)
    return clauses.map(entry => (isOpen(entry) ? undecided(entry.clause, reason, origin.span) : entry))
  }
}
