/**
 * Bounds of one trace. Whatever is not finished when one is reached is unknown. All of them count what is done, so that a
 * trace ends at the same place on every machine.
 */
export interface Budget {
  /** Expressions and statements that are evaluated. */
  readonly steps: number
  /** Of these, how many one loop may take before its other rounds are walked as if their number were not known. */
  readonly loopSteps: number
  /**
   * How many steps of one walk may be of code that may run any number of times: loops of unknown length, and functions that
   * unknown code was given. Each round of it is walked until nothing new changes, so that simulations of nested loops
   * take what is left of a budget and build no model.
   */
  readonly repeatedSteps: number
  /** Steps of all walks of a target that tell its cases apart; where it takes more, none is told apart. */
  readonly caseSteps: number
  /**
   * Steps of all walks of a file or target: each function of a file is a walk, which is done again for each of its cases, and
   * for all that an earlier walk has found out.
   */
  readonly allSteps: number
  /** Calls inside calls. */
  readonly depth: number
  /** Nodes of the graph. */
  readonly nodes: number
}

export const defaultBudget: Budget = {
  steps: 2_000_000,
  loopSteps: 100_000,
  repeatedSteps: 500_000,
  caseSteps: 1_000_000,
  allSteps: 10_000_000,
  depth: 150,
  nodes: 100_000,
}

/**
 * In milliseconds: a trace that takes longer has met a defect, since what the budget allows takes some seconds. It must be
 * far from what any machine needs: a result that depends on how busy it is, is none.
 */
const longestTrace = 300_000

/** Ends a site; it never leaves the room. */
export class BudgetExceeded extends Error {}

/** What all walks of a file or target spend. */
export class Work {
  steps = 0
}

/** Counts what a trace spends. */
export class Meter {
  readonly #budget: Budget
  readonly #work: Work
  #steps = 0
  #repeated = 0
  #depth = 0
  readonly #start = Date.now()

  /** `work` is what this trace and others spend together. */
  constructor(budget: Budget, work: Work) {
    this.#budget = budget
    this.#work = work
  }

  get spent(): number {
    return this.#steps
  }

  get longLoop(): number {
    return this.#budget.loopSteps
  }

  /** Begins the walk of one site. */
  walk(): void {
    this.#repeated = 0
  }

  /** `isRepeated` is said of code that may run any number of times. */
  step(nodes: number, isRepeated: boolean): void {
    this.#steps++
    if (++this.#work.steps > this.#budget.allSteps)
      throw new BudgetExceeded(`more than ${this.#budget.allSteps} steps for all that is asked of a file`)
    if (isRepeated && ++this.#repeated > this.#budget.repeatedSteps)
      throw new BudgetExceeded(
        `more than ${this.#budget.repeatedSteps} steps in code that may run any number of times`,
      )
    if (this.#steps > this.#budget.steps) throw new BudgetExceeded(`more than ${this.#budget.steps} steps`)
    if (nodes > this.#budget.nodes) throw new BudgetExceeded(`more than ${this.#budget.nodes} nodes`)
    if (this.#steps % 1024 === 0 && Date.now() - this.#start > longestTrace) {
      throw new BudgetExceeded(`more than ${longestTrace / 1000} seconds`)
    }
  }

  /** Runs a call one level deeper. */
  deeper<Result>(action: () => Result): Result {
    if (this.#depth >= this.#budget.depth)
      throw new BudgetExceeded(`calls nest deeper than ${this.#budget.depth}`)
    this.#depth++
    try {
      return action()
    } finally {
      this.#depth--
    }
  }
}
