import type { Fact } from '../facts.js'
import { visible } from '../frame.js'
import { type Child, e, prose } from './elements.js'

/** A part of an article under a heading of its own; nothing where it has no content. */
export function section(title: string, children: readonly Child[], id?: string): Child {
  return children.length > 0
    ? e('section', id === undefined ? {} : { id }, e('h3', {}, title), ...children)
    : undefined
}

/** What to know about something, each under a label. */
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

/** A message as a sentence. */
export function sentence(text: string): Child {
  return [prose(text.charAt(0).toUpperCase() + text.slice(1)), '.']
}
