import { ts } from 'ts-morph'
import type { SourceFile, Span } from '../text/source.js'
import type { Binding } from './program.js'
import { TypeWriter } from './type-text.js'

/** Deeper nesting becomes `unsupported`; bracket depth is bounded before, this bounds what nests without brackets. */
const deepest = 600

/** The names that one block, function or module declares. */
interface NameScope {
  readonly names: Map<string, Binding>
  readonly parent: NameScope | null
  /** Set in functions that are not arrows: where `arguments` is bound. */
  arguments?: Binding
  readonly ownsArguments: boolean
}

/** What the lowering of one file carries along. */
export class Lowering {
  readonly file: SourceFile
  readonly tree: ts.SourceFile
  readonly globals = new Map<string, Binding>()
  /** Labels that stand in front of another label, and the one next to the statement. */
  readonly labels = new Map<string, string>()
  #scope: NameScope = { names: new Map(), parent: null, ownsArguments: false }
  readonly #used = new Set<Binding>()
  readonly #starts = new Map<number, number>()
  readonly #privateNames: ReadonlyMap<string, string>[] = []
  #documented = 0
  #types: TypeWriter | undefined
  #count = 0
  #depth = 0

  constructor(tree: ts.SourceFile, file: SourceFile) {
    this.tree = tree
    this.file = file
  }

  span(node: ts.Node): Span {
    // The links of a chain start at the same place; finding it skips the comments before it each time.
    let start = this.#starts.get(node.pos)
    if (start === undefined) {
      start = node.getStart(this.tree)
      this.#starts.set(node.pos, start)
    }
    return { file: this.file, start, end: node.end }
  }

  /** Where the comments begin that stand before the statement or member at hand. */
  get documented(): number {
    return this.#documented
  }

  /** Runs `action` for a statement or member, which may have comments before it. */
  documenting<Result>(node: ts.Node, action: () => Result): Result {
    const outer = this.#documented
    this.#documented = node.pos
    const result = action()
    this.#documented = outer
    return result
  }

  /** Writes the types of the file. */
  get types(): TypeWriter {
    this.#types ??= new TypeWriter(this.tree)
    return this.#types
  }

  /** Runs `action` one level deeper, or gives `otherwise` where that is too deep. */
  deeper<Result>(action: () => Result, otherwise: () => Result): Result {
    if (this.#depth >= deepest) return otherwise()
    this.#depth++
    const result = action()
    this.#depth--
    return result
  }

  /** A name that the user did not write. */
  temporary(node: ts.Node): Binding {
    return this.#binding('', node)
  }

  /** The binding of a name in the scope at hand; declaring it twice gives the same one. */
  declare(name: string, node: ts.Node, declared?: Binding['declared']): Binding {
    const known = this.#scope.names.get(name)
    if (known) return known
    const binding: Binding = { ...this.#binding(name, node), ...(declared && { declared }) }
    this.#scope.names.set(name, binding)
    return binding
  }

  /** The binding of a name if the scope at hand itself declares it. */
  declared(name: string): Binding | undefined {
    return this.#scope.names.get(name)
  }

  /** What the scope at hand declares. */
  get names(): readonly Binding[] {
    return [...this.#scope.names.values()]
  }

  /** The binding that a name refers to here; a name that nothing declares is global. */
  resolve(name: string, node: ts.Node): Binding {
    const binding = this.#find(name, node)
    this.#used.add(binding)
    return binding
  }

  /** Whether code has referred to a binding. */
  isUsed(binding: Binding): boolean {
    return this.#used.has(binding)
  }

  /** Runs `action` in a new scope and gives back what it declared. */
  inScope<Result>(
    action: () => Result,
    ownsArguments = false,
  ): { readonly result: Result; readonly scope: readonly Binding[]; readonly argumentsBinding?: Binding } {
    const outer = this.#scope
    const scope: NameScope = { names: new Map(), parent: outer, ownsArguments }
    this.#scope = scope
    const result = action()
    this.#scope = outer
    return {
      result,
      scope: [...scope.names.values()],
      ...(scope.arguments && { argumentsBinding: scope.arguments }),
    }
  }

  /** Runs `action` where private names have these keys. */
  withPrivateNames<Result>(keys: ReadonlyMap<string, string>, action: () => Result): Result {
    this.#privateNames.push(keys)
    const result = action()
    this.#privateNames.pop()
    return result
  }

  /** The key under which a private name is stored, which no text of a program is. */
  privateKey(name: string): string {
    return `\u0000${this.#privateNames.findLast(keys => keys.has(name))?.get(name) ?? name}`
  }

  #find(name: string, node: ts.Node): Binding {
    for (let scope: NameScope | null = this.#scope; scope; scope = scope.parent) {
      const found = scope.names.get(name)
      if (found) return found
      if (name === 'arguments' && scope.ownsArguments) {
        scope.arguments ??= this.#binding('arguments', node)
        return scope.arguments
      }
    }
    const known = this.globals.get(name)
    if (known) return known
    const binding = this.#binding(name, node)
    this.globals.set(name, binding)
    return binding
  }

  #binding(name: string, node: ts.Node): Binding {
    return { name, id: this.#count++, span: this.span(node) }
  }
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
  return modifiers?.some(modifier => modifier.kind === kind) ?? false
}

/** Whether a statement only tells the type checker about something that exists elsewhere. */
export function isAmbient(node: ts.Node): boolean {
  return (
    hasModifier(node, ts.SyntaxKind.DeclareKeyword) ||
    (ts.isModuleDeclaration(node) && !ts.isIdentifier(node.name)) ||
    (ts.isImportEqualsDeclaration(node) && node.isTypeOnly)
  )
}

/** Declares the names that `let`, `const`, `class`, `enum`, namespaces and functions of a block introduce in it. */
export function declareBlockNames(lowering: Lowering, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (isAmbient(statement)) continue
    if (ts.isVariableStatement(statement)) {
      if (statement.declarationList.flags & ts.NodeFlags.BlockScoped)
        declareList(lowering, statement.declarationList)
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement) ||
        ts.isModuleDeclaration(statement) ||
        ts.isImportEqualsDeclaration(statement)) &&
      statement.name
    ) {
      lowering.declare(
        statement.name.text,
        statement.name,
        ts.isClassDeclaration(statement) ? 'lexical' : undefined,
      )
    }
  }
}

/** Declares the names that `var` introduces anywhere in a function, however deep in blocks. */
export function declareFunctionNames(lowering: Lowering, root: ts.Node): void {
  const visit = (node: ts.Node): void => {
    // Only statements can hold declarations, and long expressions would be walked for nothing.
    if (ts.isExpression(node) || ts.isFunctionLike(node) || ts.isClassLike(node)) return
    if (ts.isModuleDeclaration(node) || isAmbient(node)) return
    if (ts.isVariableDeclarationList(node)) {
      if (!(node.flags & ts.NodeFlags.BlockScoped)) declareList(lowering, node)
    } else ts.forEachChild(node, visit)
  }
  ts.forEachChild(root, visit)
}

export function declareList(lowering: Lowering, list: ts.VariableDeclarationList): void {
  const { flags } = list
  const declared = flags & ts.NodeFlags.Const ? 'constant' : flags & ts.NodeFlags.Let ? 'lexical' : undefined
  for (const { name } of list.declarations) declarePattern(lowering, name, declared)
}

export function declarePattern(
  lowering: Lowering,
  name: ts.BindingName,
  declared?: Binding['declared'],
): void {
  for (const identifier of identifiersOf(name)) lowering.declare(identifier.text, identifier, declared)
}

/** The names that a pattern binds. */
export function identifiersOf(name: ts.BindingName): readonly ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap(element => (ts.isBindingElement(element) ? identifiersOf(element.name) : []))
}
