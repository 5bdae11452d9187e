import type { Expression } from './expression.js'

const precedences: Readonly<Record<string, number>> = {
  '=': 1,
  '<': 1,
  '>': 1,
  '<=': 1,
  '>=': 1,
  '!=': 1,
  '+': 2,
  '-': 2,
  '*': 3,
  '/': 3,
  product: 3,
  '^': 5,
}

/** An expression in the plain spelling; reading it back gives the same tree, ranges aside. */
export function printExpression(expression: Expression): string {
  return print(expression, 0)
}

function print(expression: Expression, above: number): string {
  switch (expression.kind) {
    case 'number':
      return expression.text
    case 'name':
      return expression.name
    case 'text':
      return `'${expression.value}'`
    case 'list':
      return `[${expression.items.map(item => print(item, 0)).join(', ')}]`
    case 'absolute':
      return `|${print(expression.operand, 0)}|`
    case 'transpose':
      return `${print(expression.operand, 6)}^⊤`
    case 'negate':
      return bracket(`-${print(expression.operand, 4)}`, 4, above)
    case 'call': {
      const attributes = expression.attributes.map(
        ({ name, value }) => `${name ? `${name} = ` : ''}${print(value, 0)}`,
      )
      const list = attributes.length > 0 ? `[${attributes.join(', ')}]` : ''
      return `${expression.name}${list}(${expression.arguments.map(item => print(item, 0)).join(', ')})`
    }
    case 'binary': {
      const { operator, left, right } = expression
      const precedence = precedences[operator]!
      if (operator === '^') return bracket(`${print(left, 6)}^{${print(right, 0)}}`, precedence, above)
      const sign = operator === 'product' ? ' ' : ` ${operator} `
      return bracket(
        `${print(left, precedence)}${sign}${print(right, operator === 'product' ? 5 : precedence + 1)}`,
        precedence,
        above,
      )
    }
  }
}

function bracket(text: string, precedence: number, above: number): string {
  return precedence < above ? `(${text})` : text
}
