import {
  add,
  ceilDivide,
  type Dimension,
  equals,
  floorDivide,
  isPolynomial,
  multiply,
  substitute,
  subtract,
  symbol,
} from '../graph/dimension.js'
import type { Interpreter } from './interpreter.js'
import { isUnknown, type Value } from './value.js'

/** As long as which difference of its sides a condition holds: below zero or at most zero, of one sign or the other. */
const holding: Readonly<Record<string, { readonly sign: 1 | -1; readonly withZero: boolean }>> = {
  '<': { sign: 1, withZero: false },
  '<=': { sign: 1, withZero: true },
  '>': { sign: -1, withZero: false },
  '>=': { sign: -1, withZero: true },
}

/**
 * How many rounds a condition holds for whose sides are linear in the number k of the round, which is the symbol
 * `round`: as long as a·k + b < 0, which are ⌈−b / a⌉ rounds. Less than nothing stands for none. Undefined where the
 * condition is another one, or does not come closer to its end. Symbols in it count rounds and stand for whole numbers.
 */
export function countRounds(
  interpreter: Interpreter,
  condition: Value,
  round: string,
): Dimension | undefined {
  const operation = isUnknown(condition) && !condition.reason ? interpreter.operation(condition) : undefined
  const way = operation && holding[operation.operator]
  const [left, right] = operation?.operands.map(quantity) ?? []
  if (!way || left === undefined || right === undefined) return undefined
  const difference = multiply(way.sign, subtract(left, right))
  const at = (k: number) => substitute(difference, name => (name === round ? k : undefined))
  const start = at(0)
  const slope = subtract(at(1), start)
  const line = add(multiply(slope, symbol(round, true)), start)
  if (typeof slope !== 'number' || slope <= 0 || !equals(line, difference)) return undefined
  if (interpreter.unknowns.isLoose(start)) return undefined
  const rest = multiply(-1, start)
  return way.withZero ? add(floorDivide(rest, slope), 1) : ceilDivide(rest, slope)
}

/** A whole number that does not change; undefined for what is none. */
function quantity(value: Value): Dimension | undefined {
  if (isUnknown(value)) return value.reason ? undefined : symbol(value.path, true)
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  return isPolynomial(value) ? substitute(value, name => symbol(name, true)) : undefined
}
