import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Assignment } from '../graph/training.js'
import type { StatedDescent } from '../spec/algorithm.js'
import { clausesOf, clausesOfStep } from '../spec/clauses.js'
import { asWritten, behindDifference, byValue, differs, undecided } from './clause-verdicts.js'
import { FirstSteps } from './first-steps.js'
import type { Effort, Meanings } from './objective.js'
import { OptimizerRule } from './optimizer-rule.js'
import type { StatedGradients } from './stated-gradients.js'
import type { ClauseVerdict, Evidence } from './verdict.js'
import { provedStep, type WrittenProof } from './written-proof.js'
import { WrittenValues } from './written-values.js'

/** What is found out about a step as a whole. */
type Judged =
  | ({ readonly kind: 'same' } & WrittenProof)
  | { readonly kind: 'differs'; readonly evidence: Extract<Evidence, { by: 'counterexample' }> }
  | { readonly kind: 'open'; readonly reason: string }

interface Context {
  readonly nameOf: (node: Node) => string
  readonly effort: Effort
  /** The verdict about what the step goes down, where it is made of derivatives that the framework takes. */
  readonly objective?: ClauseVerdict
}

/**
 * Compares a stated step of an optimizer with what a program writes into parameters itself, moments and all. Both are equal
 * where the written values are what the rule of the optimizer makes of the derivative of the stated value, what it keeps
 * being variables that the same step writes. They differ where the first steps from the beginning lead elsewhere: that does
 * not depend on what is kept, nor in which scale.
 */
export function compareWrittenStep(
  stated: StatedDescent,
  step: Assignment,
  meanings: Meanings,
  context: Context,
): readonly ClauseVerdict[] {
  const written = new WrittenValues(stated, step, meanings, context.nameOf, context.objective !== undefined)
  return new WrittenStep(written, context).verdicts()
}

class WrittenStep {
  readonly #written: WrittenValues
  readonly #context: Context

  constructor(written: WrittenValues, context: Context) {
    this.#written = written
    this.#context = context
  }

  verdicts(): readonly ClauseVerdict[] {
    const { optimizer, clauses, over } = this.#written.stated
    const { span } = this.#written.step.origin
    const forgotten = this.#written.parameters.filter(node => !this.#written.writes.has(node))
    if (forgotten.length > 0) {
      const expected = over.map(({ parameters }) => parameters).join(', ')
      const actual = `not ${forgotten.map(this.#written.nameOf).join(', ')}`
      const place = { span, related: [{ message: 'specified here', span: clauses.over.span }] }
      const entry = diagnostic(
        'trained-parameters',
        { call: this.#written.step.call, expected, actual },
        place,
      )
      return [
        differs(clauses.over, entry, byValue(expected, actual)),
        behindDifference(clauses.objective, clauses.over, span),
        ...(optimizer ? clausesOf(optimizer) : []).map(clause =>
          behindDifference(clause, clauses.over, span),
        ),
      ]
    }
    const unknown = this.#written.step.writes.find(({ value }) => !value)
    if (unknown) return this.#open(`what is written is not known: ${unknown.reason ?? 'it was not followed'}`)
    if (!optimizer) return this.#open('the code writes these parameters itself, and no optimizer is stated')
    const rule = new OptimizerRule(optimizer, name => this.#written.meanings.bindings.get(name))
    if (rule.missing !== undefined) return this.#open(`the spec does not say \`${rule.missing}\``)
    const derived = this.#written.derived()
    if (isProblem(derived)) return this.#open(derived.problem)
    const judged = this.#judge(rule, derived)
    switch (judged.kind) {
      case 'same':
        return this.#same(judged)
      case 'differs':
        return this.#differs(rule, derived, judged.evidence)
      case 'open':
        return this.#open(judged.reason)
    }
  }

  #open(reason: string): readonly ClauseVerdict[] {
    const frequency = new Set([this.#written.stated.timesClause, this.#written.stated.every?.clause])
    const amounts = new Set(this.#written.stated.amounts.map(({ clause }) => clause))
    const { objective } = this.#context
    return clausesOfStep(this.#written.stated)
      .filter(clause => !frequency.has(clause) && !amounts.has(clause))
      .map(clause =>
        clause === objective?.clause ? objective : undecided(clause, reason, this.#written.step.origin.span),
      )
  }

  #same({ evidence, kept }: Extract<Judged, { kind: 'same' }>): readonly ClauseVerdict[] {
    const { optimizer, clauses, over } = this.#written.stated
    const own = new Set(this.#written.parameters)
    const others = [...this.#written.writes.keys()].filter(node => !own.has(node) && !kept.has(node))
    const expected = over.map(({ parameters }) => parameters).join(', ')
    const moved =
      others.length === 0
        ? asWritten(clauses.over, byValue(expected, expected))
        : undecided(
            clauses.over,
            `\`${this.#written.step.call}\` writes ${others.map(this.#written.nameOf).join(', ')} besides`,
            this.#written.step.origin.span,
          )
    return [
      this.#context.objective ?? asWritten(clauses.objective, evidence),
      moved,
      ...(optimizer ? clausesOf(optimizer) : []).map(clause => asWritten(clause, evidence)),
    ]
  }

  #judge(rule: OptimizerRule, derived: StatedGradients): Judged {
    const proved = provedStep(this.#written, rule, derived)
    if (!isProblem(proved)) return { kind: 'same', ...proved }
    if (this.#context.effort === 'form') return { kind: 'open', reason: proved.problem }
    if (!rule.isComplete)
      return { kind: 'open', reason: `${proved.problem}, with the defaults of what the spec does not say` }
    const found = new FirstSteps(this.#written, rule, derived).refuted()
    if (isProblem(found))
      return { kind: 'open', reason: `${found.problem}; nor is it proved: ${proved.problem}` }
    return { kind: 'differs', evidence: found }
  }

  #differs(
    rule: OptimizerRule,
    derived: StatedGradients,
    evidence: Extract<Evidence, { by: 'counterexample' }>,
  ): readonly ClauseVerdict[] {
    const { optimizer, clauses, name, over } = this.#written.stated
    const { span } = this.#written.step.origin
    const { objective } = this.#context
    const steps = new FirstSteps(this.#written, rule, derived)
    const isDerivative =
      objective !== undefined ||
      this.#written.parameters.every((node, i) => steps.reads(node, derived.gradients[i]!))
    const expected = over.map(({ parameters }) => parameters).join(', ')
    const first = isDerivative ? optimizer!.clause : clauses.objective
    const values = {
      call: this.#written.step.call,
      optimizer: optimizer!.kind,
      objective: name,
      remark: steps.directionText(),
    }
    const place = { span, related: [{ message: 'specified here', span: first.span }] }
    const rest = clausesOf(optimizer!).filter(clause => clause !== first)
    return [
      differs(first, diagnostic('written-step-different', values, place), evidence),
      ...(objective ? [objective] : []),
      ...(isDerivative && !objective
        ? [
            undecided(
              clauses.objective,
              'the gradients agree in numbers, and the step with them does not',
              span,
            ),
          ]
        : []),
      asWritten(clauses.over, byValue(expected, expected)),
      ...rest.map(clause => behindDifference(clause, first, span)),
    ]
  }
}
