import { ts } from 'ts-morph'
import { inCalls, withOperand } from '../changes.js'
import { nodesOf, replaced } from '../edits.js'
import type { Change, Operator } from '../operator.js'
import { type Call, callsOf, callText, operandText, operandTexts, type Program } from '../program.js'

/** `layers.add().apply([a, b])`: the layer, and the list that it is applied to. */
interface Merge {
  readonly call: Call
  readonly layer: Call
  readonly list: ts.ArrayLiteralExpression
}

const mergesIn = (program: Program): readonly Merge[] =>
  program.calls.flatMap((call): readonly Merge[] => {
    const [owner, list] = call.operands
    const layer = program.layers.find(({ node }) => node === owner)
    if (call.name !== 'apply' || !layer || !list || !ts.isArrayLiteralExpression(list)) return []
    return list.elements.length === 2 ? [{ call, layer, list }] : []
  })

/** A sum with one of its two terms. The fault is told at layers around, since no sum is left to tell it at. */
const withoutTerm =
  (place: 0 | 1) =>
  (program: Program): readonly Change[] => [
    ...mergesIn(program)
      .filter(({ layer }) => layer.name === 'add')
      .map(({ call, list }) => ({
        edits: [replaced(call.node, list.elements[place]!.getText())],
        places: program.layers.map(({ node }) => node.getStart()),
      })),
    ...skipsIn(program).map(({ call, terms }) => ({
      edits: [replaced(call.node, operandText(terms[place]!))],
    })),
  ]

interface Sum {
  readonly call: Call
  readonly terms: readonly [ts.Expression, ts.Expression]
}

/** Sums of two tensors of which one is computed from the other, as far as their text says: residual connections. */
const skipsIn = (program: Program): readonly Sum[] =>
  callsOf(program, 'add').flatMap((call): readonly Sum[] => {
    const [first, second, ...others] = call.operands
    if (!first || !second || others.length > 0 || /^-?[\d.e-]+$/.test(second.getText())) return []
    const isInside = (a: ts.Expression, b: ts.Expression) =>
      ts.isIdentifier(a) &&
      nodesOf(definitionOf(b, program) ?? b).some(node => ts.isIdentifier(node) && node.text === a.text)
    return isInside(first, second) || isInside(second, first) ? [{ call, terms: [first, second] }] : []
  })

/** What a name is declared as, where one declaration of the file says it. */
function definitionOf(node: ts.Expression, { nodes }: Program): ts.Expression | undefined {
  if (!ts.isIdentifier(node)) return undefined
  const found = nodes.filter(ts.isVariableDeclaration).filter(({ name }) => name.getText() === node.text)
  return found.length === 1 ? found[0]!.initializer : undefined
}

/** One term of a skip twice. */
const doubledTerm = (program: Program): readonly Change[] => [
  ...skipsIn(program).map(({ call, terms: [first, second] }) => ({
    edits: [
      replaced(
        call.node,
        `${callText(call, operandTexts(call))}.add(${(ts.isIdentifier(first) ? first : second).getText()})`,
      ),
    ],
  })),
  ...mergesIn(program)
    .filter(({ layer }) => layer.name === 'add')
    .map(({ list }) => ({
      edits: [replaced(list, `[${list.elements[0]!.getText()}, ${list.elements[0]!.getText()}]`)],
    })),
]

/** What normalises: by the name of what is called. */
const isNormalisation = (call: Call): boolean =>
  /norm/i.test(call.name) || /norm/i.test(call.operands[0]?.getText() ?? '')

/** `x + f(norm(x))` as `norm(x) + f(norm(x))`. */
const residualAfterNorm = (program: Program): readonly Change[] =>
  skipsIn(program).flatMap(({ terms }): readonly Change[] => {
    const place = ts.isIdentifier(terms[0]) ? 0 : 1
    const [kept, other] = [terms[place], terms[1 - place]!]
    const inside = new Set(nodesOf(definitionOf(other, program) ?? other))
    const norm = program.calls.find(
      call =>
        inside.has(call.node) &&
        isNormalisation(call) &&
        call.operands.some(operand => operand.getText() === kept.getText()),
    )
    return norm ? [{ edits: [replaced(kept, norm.node.getText())] }] : []
  })

/** `norm(x + f(x))` as `x + norm(f(x))`. */
const normInsideSum = (program: Program): readonly Change[] =>
  program.calls.filter(isNormalisation).flatMap((norm): readonly Change[] => {
    const sum = skipsIn(program).find(({ call }) => norm.operands.some(operand => operand === call.node))
    const merge = mergesIn(program).find(
      ({ call, layer }) => layer.name === 'add' && norm.operands.some(operand => operand === call.node),
    )
    const place = norm.operands.findIndex(operand => operand === (sum ?? merge)?.call.node)
    if (sum) {
      const [first, second] = sum.terms
      const [kept, moved] = ts.isIdentifier(first) ? [first, second] : [second, first]
      return [
        {
          edits: [
            replaced(norm.node, `${operandText(kept)}.add(${withOperand(norm, place, operandText(moved))})`),
          ],
        },
      ]
    }
    if (!merge) return []
    const [kept, moved] = [merge.list.elements[1]!, merge.list.elements[0]!]
    const text = `${merge.layer.node.getText()}.apply([${withOperand(norm, place, moved.getText())}, ${kept.getText()}])`
    return [{ edits: [replaced(norm.node, text)] }]
  })

/** A value that is read where the one before it is: `const b = f(a)`, then `g(b)` as `g(a)`. */
const readsEarlier = (program: Program): readonly Change[] =>
  program.nodes.filter(ts.isVariableDeclaration).flatMap((declaration): readonly Change[] => {
    const call = program.calls.find(({ node }) => node === declaration.initializer)
    const source = call?.operands.findLast(operand => ts.isIdentifier(operand))
    if (!source || !ts.isIdentifier(declaration.name) || call?.path.startsWith('layers.')) return []
    const { text } = declaration.name
    const use = program.calls
      .filter(({ node }) => node.getStart() > declaration.getEnd())
      .flatMap(({ operands }) => operands)
      .find(operand => ts.isIdentifier(operand) && operand.text === text)
    return use ? [{ edits: [replaced(use, source.getText())] }] : []
  })

/** The layer of a variable, where it is used last, made anew. */
const unshared = (program: Program): readonly Change[] =>
  program.nodes.filter(ts.isVariableDeclaration).flatMap(({ name, initializer }): readonly Change[] => {
    const layer = program.layers.find(({ node }) => node === initializer)
    const uses = program.nodes
      .filter(ts.isIdentifier)
      .filter(node => node.text === name.getText() && ts.isPropertyAccessExpression(node.parent))
    const last = uses.at(-1)
    if (!layer || uses.length < 2 || !last) return []
    return [{ edits: [replaced(last, layer.node.getText())], places: [layer.node.getStart()] }]
  })

/** Two layers or networks that are made alike, as one. */
const asOne =
  (isMeant: (call: ts.CallExpression, program: Program) => boolean) =>
  (program: Program): readonly Change[] => {
    const made = program.nodes
      .filter(ts.isVariableDeclaration)
      .flatMap(({ name, initializer }) =>
        initializer &&
        ts.isCallExpression(initializer) &&
        ts.isIdentifier(name) &&
        isMeant(initializer, program)
          ? [{ name, initializer }]
          : [],
      )
    return made.flatMap(({ initializer }, i): readonly Change[] => {
      const same = made
        .slice(0, i)
        .find(
          other =>
            other.initializer.expression.getText() === initializer.expression.getText() &&
            other.name.parent.parent.parent.parent === initializer.parent.parent.parent.parent,
        )
      return same ? [{ edits: [replaced(initializer, same.name.getText())] }] : []
    })
  }

/** `a·b + c·d` as `c·b + a·d`. */
const exchangedGates = inCalls(['add'], (call, program) => {
  const [first, second] = call.operands.map(operand =>
    callsOf(program, 'mul').find(({ node }) => node === operand),
  )
  const [a, b] = first?.operands ?? []
  const [c, d] = second?.operands ?? []
  if (!first || !second || !a || !b || !c || !d) return undefined
  return callText(call, [
    callText(first, [operandText(c), b.getText()]),
    callText(second, [operandText(a), d.getText()]),
  ])
})

/** Names that a list of parts is taken apart into, in another order. */
const exchangedParts = (program: Program): readonly Change[] =>
  program.nodes.filter(ts.isVariableDeclaration).flatMap(({ name, initializer }): readonly Change[] => {
    if (!ts.isArrayBindingPattern(name) || !initializer || !/split|unstack/.test(initializer.getText()))
      return []
    const parts = name.elements.filter(ts.isBindingElement).map(element => element.name)
    return parts.slice(1).map((part, i) => ({
      edits: [replaced(parts[i]!, part.getText()), replaced(part, parts[i]!.getText())],
    }))
  })

const isTensorProduct = ({ operands: [first, second] }: Call): boolean =>
  first !== undefined && second !== undefined && !/^-?[\d.e-]+$/.test(first.getText() + second.getText())

/** What divides by a norm: by its text. */
const withoutNorm = inCalls(['div', 'divNoNan'], ({ operands: [values, size] }) =>
  values && size && /norm|square\(|\.square|pow\(/i.test(size.getText()) ? operandText(values) : undefined,
)

const twice = inCalls(
  ['minimum', 'maximum', 'sub', 'mul', 'matMul', 'dot', 'squaredDifference', 'meanSquaredError', 'concat'],
  call => {
    const [first, second] = call.operands
    if (!first || !second || /^-?[\d.e-]+$/.test(second.getText()) || first.getText() === second.getText())
      return undefined
    return withOperand(call, 1, first.getText())
  },
)

const twiceInList = inCalls(['concat', 'stack', 'addN'], call => {
  const [list] = call.operands
  if (!list || !ts.isArrayLiteralExpression(list) || list.elements.length < 2) return undefined
  const texts = list.elements.map(element => element.getText())
  return withOperand(call, 0, `[${[texts[0], ...texts.slice(0, -1)].join(', ')}]`)
})

const exchangedBranches = (program: Program): readonly Change[] =>
  mergesIn(program).map(({ call, list }) => ({
    edits: [replaced(list, `[${list.elements[1]!.getText()}, ${list.elements[0]!.getText()}]`)],
    places: [call.node.getStart()],
  }))

/** Faults of what is connected with what. */
export const connections = {
  M15: {
    title: 'a residual taken after the norm, or a norm moved',
    thread: 'SHI-Labs/Compact-Transformers#25',
    plantings: [
      {
        what: 'takes the residual after the norm',
        codes: ['residual-after-norm'],
        changes: residualAfterNorm,
      },
      { what: 'normalises before the sum', codes: ['normalisation-moved'], changes: normInsideSum },
    ],
  },
  M16: {
    title: 'a skip missing or doubled, or another tensor read',
    thread: 'zoharli/SRGAN-tensorflow#1',
    plantings: [
      {
        what: 'drops a residual connection',
        codes: ['residual-missing', 'layer-missing', 'term-missing'],
        changes: withoutTerm(0),
      },
      { what: 'drops what a residual connection goes around', changes: withoutTerm(1) },
      { what: 'adds a residual twice', changes: doubledTerm },
      { what: 'reads the value before', changes: readsEarlier },
    ],
  },
  M26: {
    title: 'gates exchanged',
    thread: 'NX-AI/xlstm#98',
    plantings: [
      {
        what: 'exchanges two gates',
        codes: ['operands-swapped', 'operand-different'],
        changes: exchangedGates,
      },
      { what: 'takes parts in another order', changes: exchangedParts },
      {
        what: 'exchanges the branches of a merge',
        codes: ['connection-different'],
        changes: exchangedBranches,
      },
    ],
  },
  M27: {
    title: 'gates put together in another way',
    thread: 'zhiyongc/GRU-D#2',
    plantings: [
      {
        what: 'adds in place of multiplying',
        codes: ['operator-different'],
        changes: inCalls(['mul'], call =>
          isTensorProduct(call) ? callText(call, operandTexts(call), 'add') : undefined,
        ),
      },
      {
        what: 'drops a factor that is a tensor',
        codes: ['factor-missing'],
        changes: inCalls(['mul'], call =>
          isTensorProduct(call) ? operandText(call.operands[1]!) : undefined,
        ),
      },
    ],
  },
  M28: {
    title: 'weights that are not shared any more',
    thread: 'facebookresearch/pytext#704',
    plantings: [
      { what: 'makes a layer anew where it is used again', codes: ['sharing-lost'], changes: unshared },
    ],
  },
  M30: {
    title: 'weights shared that are not one',
    plantings: [
      {
        what: 'takes one layer for two that are made alike',
        codes: ['sharing-extra'],
        changes: asOne((call, { layers }) => layers.some(({ node }) => node === call)),
      },
    ],
  },
  M37: {
    title: 'a normalisation to length one is missing',
    thread: 'lucidrains/CoCa-pytorch#10',
    plantings: [{ what: 'drops a division by a norm', changes: withoutNorm }],
  },
  M46: {
    title: 'an operand copied',
    thread: 'tqjxlm/Simple-DQN-Pytorch#1',
    plantings: [
      { what: 'takes one operand twice', codes: ['operand-repeated'], changes: twice },
      { what: 'takes one entry of a list twice', codes: ['operand-repeated'], changes: twiceInList },
    ],
  },
  M48: {
    title: 'an alias in place of a copy',
    thread: 'andri27-ts/Reinforcement-Learning#14',
    plantings: [
      {
        what: 'takes one network for two that are made alike',
        changes: asOne(
          (call, { layers }) =>
            !layers.some(({ node }) => node === call) &&
            /model|net|critic|actor|make|build|create/i.test(call.expression.getText()),
        ),
      },
      {
        what: 'drops a copy',
        changes: inCalls(['clone'], ({ operands: [values] }) => values && operandText(values)),
      },
    ],
  },
} as const satisfies Readonly<Record<string, Operator>>
