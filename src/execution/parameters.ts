import { moduleLoader } from '../core/loader.js'
import type { Expression, FunctionCode, Target } from '../core/program.js'

/** A parameter of a function: a name, or the fields that it takes apart; undefined for anything else. */
export type FunctionParameter = { readonly name: string } | { readonly fields: readonly string[] } | undefined

/** The parameters of a function, or of the constructor of a class, by its own text. */
export function parametersOf(callable: object): readonly FunctionParameter[] {
  const text = Function.prototype.toString.call(callable)
  // The text of a method is none of an expression.
  for (const code of [`const f = ${text}`, `const f = ({ ${text} })`]) {
    const { module } = moduleLoader({
      read: path => (path === name ? code : undefined),
      exists: path => path === name,
    }).load(name)
    const [first] = module?.body ?? []
    if (first?.kind !== 'declare' || !first.value) continue
    const found = codeIn(first.value)
    return found ? found.parameters.map(({ target }) => parameterOf(target)) : []
  }
  return []
}

const name = 'function.js'

function codeIn(value: Expression): FunctionCode | undefined {
  if (value.kind === 'function') return value.function
  if (value.kind === 'class') return value.class.constructor_
  const [entry] = value.kind === 'object' ? value.entries : []
  return entry?.kind === 'property' && entry.value.kind === 'function' ? entry.value.function : undefined
}

function parameterOf(target: Target): FunctionParameter {
  if (target.kind === 'variable') return { name: target.binding.name }
  if (target.kind !== 'objectPattern') return undefined
  const fields = target.entries.flatMap(({ key }) => (key.kind === 'literal' ? [String(key.value)] : []))
  return { fields }
}

/**
 * What a function is called with: values by the name of the parameter or by a path that starts with it. `tf` is
 * TensorFlow.js where a parameter has this name.
 */
export function callArguments(
  callable: object,
  values: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  const parameters = parametersOf(callable)
  const given = parameters.map(parameter => {
    if (!parameter) return undefined
    if ('name' in parameter) return givenFor(parameter.name, values)
    const known = parameter.fields
      .map(field => [field, givenFor(field, values)] as const)
      .filter(([, value]) => value !== undefined)
    return known.length > 0 ? Object.fromEntries(known) : undefined
  })
  // An argument that is left out has its default.
  while (given.length > 0 && given.at(-1) === undefined) given.pop()
  return given
}

/** The value of a name: its own, or an object of those whose path starts with it. */
function givenFor(name: string, values: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(values, name)) return values[name]
  const inside = Object.entries(values).flatMap(([path, value]) =>
    path.startsWith(`${name}.`) ? [[path.slice(name.length + 1), value] as const] : [],
  )
  return inside.length > 0 ? nested(inside) : undefined
}

/** An object of values by path. */
function nested(values: readonly (readonly [path: string, value: unknown])[]): object {
  const byKey = new Map<string, (readonly [path: string, value: unknown])[]>()
  for (const [path, value] of values) {
    const [key = '', ...rest] = path.split('.')
    byKey.set(key, [...(byKey.get(key) ?? []), [rest.join('.'), value]])
  }
  const fields = [...byKey].map(([key, inside]) => {
    const own = inside.find(([path]) => path === '')
    return [key, own ? own[1] : nested(inside)] as const
  })
  return Object.fromEntries(fields)
}
