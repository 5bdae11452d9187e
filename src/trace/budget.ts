/** Bounds of one trace. Whatever is not finished when one is reached is unknown. */
export interface Budget {
  /** Expressions and statements that are evaluated. */
  readonly steps: number
  /** Of these, how many one loop may take before its other rounds are walked as if their number were not known. */
  readonly loopSteps: number
  /** Calls inside calls. */
  readonly depth: number
  readonly milliseconds: number
  /** Nodes of the graph. */
  readonly nodes: number
}

export const defaultBudget: Budget = {
  steps: 2_000_000,
  loopSteps: 100_000,
  depth: 150,
  milliseconds: 10_000,
  nodes: 100_000,
}

/** Ends a site; it never leaves the room. */
export class BudgetExceeded extends Error {}

/** Counts what a trace spends. */
export class Meter {
  readonly #budget: Budget
  #steps = 0
  #depth = 0
  readonly #start = Date.now()

  constructor(budget: Budget) {
    this.#budget = budget
  }

  get spent(): number {
    return this.#steps
  }

  get longLoop(): number {
    return this.#budget.loopSteps
  }

  step(nodes: number): void {
    this.#steps++
    if (this.#steps > this.#budget.steps) throw new BudgetExceeded(`more than ${this.#budget.steps} steps`)
    if (nodes > this.#budget.nodes) throw new BudgetExceeded(`more than ${this.#budget.nodes} nodes`)
    if (this.#steps % 1024 === 0 && Date.now() - this.#start > this.#budget.milliseconds) {
      throw new BudgetExceeded(`more than ${this.#budget.milliseconds / 1000} seconds`)
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
