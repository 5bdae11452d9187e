import { ts } from 'ts-morph'
import type { SourceFile, Span } from '../text/source.js'
import type { Binding } from './program.js'

/** The names that one block, function or module declares. */
export interface NameScope {
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
  scope: NameScope
  #count = 0

  constructor(tree: ts.SourceFile, file: SourceFile) {
    this.tree = tree
    this.file = file
    this.scope = { names: new Map(), parent: null, ownsArguments: false }
  }

  span(node: ts.Node): Span {
    return { file: this.file, start: node.getStart(this.tree), end: node.end }
  }

  binding(name: string, node: ts.Node): Binding {
    return { name, id: this.#count++, span: this.span(node) }
  }

  /** A name that the user did not write. */
  temporary(node: ts.Node): Binding {
    return this.binding('', node)
  }

  declare(name: string, node: ts.Node): Binding {
    const known = this.scope.names.get(name)
    if (known) return known
    const binding = this.binding(name, node)
    this.scope.names.set(name, binding)
    return binding
  }

  /** The binding that a name refers to here; a name that nothing declares is global. */
  resolve(name: string, node: ts.Node): Binding {
    for (let scope: NameScope | null = this.scope; scope; scope = scope.parent) {
      const found = scope.names.get(name)
      if (found) return found
      if (name === 'arguments' && scope.ownsArguments) {
        scope.arguments ??= this.binding('arguments', node)
        return scope.arguments
      }
    }
    const known = this.globals.get(name)
    if (known) return known
    const binding = this.binding(name, node)
    this.globals.set(name, binding)
    return binding
  }

  /** Runs `action` in a new scope and gives back what it declared. */
  inScope<Result>(
    action: (scope: NameScope) => Result,
    ownsArguments = false,
  ): { readonly result: Result; readonly scope: readonly Binding[]; readonly names: NameScope } {
    const outer = this.scope
    const names: NameScope = { names: new Map(), parent: outer, ownsArguments }
    this.scope = names
    try {
      const result = action(names)
      return { result, scope: [...names.names.values()], names }
    } finally {
      this.scope = outer
    }
  }
}

/** Declares the names that `let`, `const`, `class`, `enum`, imports and functions of a block introduce in it. */
export function declareBlockNames(lowering: Lowering, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) {
      if (statement.declarationList.flags & ts.NodeFlags.BlockScoped)
        declareList(lowering, statement.declarationList)
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement)) &&
      statement.name
    ) {
      lowering.declare(statement.name.text, statement.name)
    } else if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name) && statement.body) {
      lowering.declare(statement.name.text, statement.name)
    }
  }
}

/** Declares the names that `var` introduces anywhere in a function, however deep in blocks. */
export function declareFunctionNames(lowering: Lowering, root: ts.Node): void {
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
      declareList(lowering, node)
    // Only statements can hold declarations, and long expressions would be walked for nothing.
    if (ts.isExpression(node)) return
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(root, visit)
}

export function declareList(lowering: Lowering, list: ts.VariableDeclarationList): void {
  for (const { name } of list.declarations) declarePattern(lowering, name)
}

export function declarePattern(lowering: Lowering, name: ts.BindingName): void {
  if (ts.isIdentifier(name)) lowering.declare(name.text, name)
  else
    for (const element of name.elements)
      if (ts.isBindingElement(element)) declarePattern(lowering, element.name)
}
