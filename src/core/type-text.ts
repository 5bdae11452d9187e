import { ts } from 'ts-morph'

/** Types that name others are written out so often; one that would take more is left as it is. */
const mostNames = 100

/** Writes types of one file so that the text alone says what they mean. */
export class TypeWriter {
  readonly #tree: ts.SourceFile
  readonly #names: ReadonlyMap<string, string | ts.TypeAliasDeclaration | ts.InterfaceDeclaration>
  #written = 0

  constructor(tree: ts.SourceFile) {
    this.#tree = tree
    this.#names = new Map(tree.statements.flatMap(namesOf))
  }

  /**
   * The text of a type, in which aliases and interfaces of the file are written out and an imported name says where it
   * comes from: `import("@tensorflow/tfjs").Tensor2D`. A class of the file is `unknown`.
   */
  write(node: ts.TypeNode): string {
    this.#written = 0
    return this.#type(node)
  }

  #type(node: ts.TypeNode): string {
    if (ts.isParenthesizedTypeNode(node)) return this.#type(node.type)
    if (ts.isUnionTypeNode(node)) return node.types.map(type => this.#type(type)).join(' | ')
    if (ts.isArrayTypeNode(node)) return `(${this.#type(node.elementType)})[]`
    if (ts.isTypeOperatorNode(node)) return this.#type(node.type)
    if (ts.isTupleTypeNode(node)) return `[${node.elements.map(type => this.#type(type)).join(', ')}]`
    if (ts.isNamedTupleMember(node) && !node.questionToken && !node.dotDotDotToken)
      return this.#type(node.type)
    if (ts.isTypeLiteralNode(node)) return this.#members(node.members)
    return ts.isTypeReferenceNode(node) ? this.#reference(node) : node.getText(this.#tree)
  }

  #reference({ typeName, typeArguments }: ts.TypeReferenceNode): string {
    const [head = '', ...path] = typeName.getText(this.#tree).split('.')
    const known = this.#names.get(head)
    const own = typeof known === 'object' && path.length === 0 && !typeArguments ? known : undefined
    if (own && this.#written < mostNames) {
      this.#written++
      return ts.isTypeAliasDeclaration(own) ? this.#type(own.type) : this.#members(own.members)
    }
    const name = typeof known === 'string' ? known : typeof known === 'object' ? 'unknown' : head
    const all = typeArguments ? `<${typeArguments.map(type => this.#type(type)).join(', ')}>` : ''
    return `${[name, ...path].join('.')}${all}`
  }

  #members(members: ts.NodeArray<ts.TypeElement>): string {
    const fields = members.flatMap(member => {
      if (!ts.isPropertySignature(member) || !member.type || !ts.isIdentifier(member.name)) return []
      return [`${member.name.text}${member.questionToken ? '?' : ''}: ${this.#type(member.type)}`]
    })
    return `{ ${fields.join('; ')} }`
  }
}

/** What the names mean that a statement gives to types. */
function namesOf(
  node: ts.Statement,
): readonly (readonly [string, string | ts.TypeAliasDeclaration | ts.InterfaceDeclaration])[] {
  if (ts.isTypeAliasDeclaration(node)) return [[node.name.text, node.typeParameters ? 'unknown' : node]]
  if (ts.isInterfaceDeclaration(node)) {
    const isPlain = !node.typeParameters && !node.heritageClauses
    return [[node.name.text, isPlain ? node : 'unknown']]
  }
  if (ts.isClassDeclaration(node) || ts.isEnumDeclaration(node))
    return node.name ? [[node.name.text, 'unknown']] : []
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return []
  const { name, namedBindings } = node.importClause ?? {}
  const from = `import(${JSON.stringify(node.moduleSpecifier.text)})`
  const named =
    namedBindings && ts.isNamespaceImport(namedBindings)
      ? [[namedBindings.name.text, from] as const]
      : (namedBindings?.elements ?? []).map(
          element => [element.name.text, `${from}.${(element.propertyName ?? element.name).text}`] as const,
        )
  return name ? [[name.text, `${from}.default`], ...named] : named
}
