import type { Span } from '../text/source.js'
import type { Node } from './node.js'

/** Where in the user's code a node comes from. */
export interface Origin {
  readonly span: Span
  /** The calls that led there, outermost first. */
  readonly path: readonly Span[]
}

/** What is known of nodes beside their meaning: where they were made, and what the user calls them. */
export class Provenance {
  readonly #origins = new Map<Node, Origin[]>()
  readonly #names = new Map<Node, string>()
  readonly #passed = new Map<Node, readonly Node[]>()

  origins(node: Node): readonly Origin[] {
    return this.#origins.get(node) ?? []
  }

  addOrigin(node: Node, origin: Origin): void {
    const origins = this.#origins.get(node)
    if (!origins) this.#origins.set(node, [origin])
    else if (
      !origins.some(({ span }) => span.file === origin.span.file && span.start === origin.span.start)
    ) {
      origins.push(origin)
    }
  }

  /** The user's name of a value; the first name given stays. */
  name(node: Node): string | undefined {
    return this.#names.get(node)
  }

  setName(node: Node, name: string): void {
    if (!this.#names.has(node)) this.#names.set(node, name)
  }

  /** Where a gradient of the program's own passes on what flows back to a node. */
  passedOn(node: Node): readonly Node[] | undefined {
    return this.#passed.get(node)
  }

  passOn(node: Node, inputs: readonly Node[]): void {
    this.#passed.set(node, [...(this.#passed.get(node) ?? []), ...inputs])
  }
}
