/** A list of choices to write a random text with: equal choices, equal text, and fewer choices, a simpler one. */
export class Choices {
  readonly #choices: readonly number[]
  #at = 0
  #names = 0

  constructor(choices: readonly number[]) {
    this.#choices = choices
  }

  /** A number below `count`; 0 once there are no choices left. */
  choose(count: number): number {
    const choice = this.#choices[this.#at++] ?? 0
    return count === 0 ? 0 : choice % count
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.choose(items.length)]!
  }

  /** True once in `count` times. */
  once(count: number): boolean {
    return this.choose(count) === count - 1
  }

  name(prefix: string): string {
    return `${prefix}${this.#names++}`
  }
}

export const indent = (text: string) => text.replace(/^(?=.)/gm, '  ')
