import type { Element, Text } from 'hast'
import { h } from 'hastscript'
import { visible } from '../frame.js'

/** HTML that is written as it stands: only what KaTeX makes of formulas of ours. */
export interface Raw {
  readonly type: 'raw'
  readonly value: string
}

/** A part of the page; text is escaped where it is written. */
export type Child = Element | Text | Raw | string | undefined | readonly Child[]

/** An element with children of any kind. */
export function e(
  selector: string,
  properties: Readonly<Record<string, unknown>>,
  ...children: readonly Child[]
): Element {
  return h(selector, properties as Record<string, string>, flatten(children) as Element[])
}

function flatten(children: readonly Child[]): readonly Child[] {
  return children.flatMap(child =>
    Array.isArray(child) ? flatten(child as readonly Child[]) : child === undefined ? [] : [child],
  )
}

/** A text in which names stand between backticks. */
export function prose(text: string): Child {
  return text
    .split(/(`[^`]+`)/)
    .map(part => (/^`[^`]+`$/.test(part) ? e('code', {}, visible(part.slice(1, -1))) : visible(part)))
}

/** A table with a heading for each column. */
export function table(
  className: string,
  headings: readonly string[],
  rows: readonly Element[],
  caption?: string,
): Element {
  return e(
    'table',
    { className: [className] },
    caption ? e('caption', {}, caption) : undefined,
    e('thead', {}, e('tr', {}, ...headings.map(text => e('th', { scope: 'col' }, text)))),
    e('tbody', {}, ...rows),
  )
}
