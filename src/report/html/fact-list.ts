import type { Fact } from '../facts.js'
import { visible } from '../frame.js'
import { type Child, e, prose } from './elements.js'

/** Facts under their labels; nothing where there are none. */
export function factList(facts: readonly Fact[]): Child {
  if (facts.length === 0) return undefined
  return e(
    'dl',
    { className: ['facts'] },
    ...facts.map(({ label, text, details = [] }) =>
      e(
        'div',
        {},
        e('dt', {}, label),
        e(
          'dd',
          {},
          prose(text),
          ...details.map(([name, value]) =>
            e('p', {}, e('code', {}, visible(name)), ' ', e('code', {}, visible(value))),
          ),
        ),
      ),
    ),
  )
}
