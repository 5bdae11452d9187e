import { elementMaker } from '../core/lower-elements.js'
import type { HostCall, HostType, Tracer } from './host.js'
import type { Value } from './value.js'

/** An element of a page, `<Chart data={rows}>{label}</Chart>`, of which a page may make anything. */
interface ElementState {
  readonly type: Value
  readonly props: Value
  readonly children: readonly Value[]
}

const elementType: HostType<ElementState> = {
  name: 'element',
  members: {},
  lookup: ({ state }, key) => (key === 'type' || key === 'props' ? state[key] : undefined),
  missing: 'what a page makes of an element is not known',
}

/** Makes an element. Functions in it are called by the page when it is shown, or later. */
function makeElement({ trace, arguments: args }: HostCall): Value {
  const [type, props, ...children] = args.map(({ value }) => value)
  const fields = trace.fields(props)?.values() ?? []
  trace.listen([...[...fields].map(({ value }) => value), ...children])
  return trace.host<ElementState>(elementType, { type, props, children })
}

/** The global that the lowering calls for each element. */
export const elements = { [elementMaker]: (trace: Tracer) => trace.function(elementMaker, makeElement) }
