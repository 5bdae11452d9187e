import { type Dimension, dimensionText } from '../graph/dimension.js'
import type { Assignment, Descent, Rounds, Unfollowed } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import { spansOf } from '../library/alike-rounds.js'
import { textOf } from '../library/config.js'
import { opTable } from '../ops/table.js'
import { formatPlace, type Span, spanText } from '../text/source.js'
import { shorten } from '../trace/unknowns.js'

/** Code in a heading. */
export const codeText = (span: Span): string => `\`${shorten(spanText(span))}\``

/** How often steps are repeated: `3 times`. */
export function roundsText({ count, condition }: Rounds): string {
  if (count === undefined) return condition ? `in each round of ${codeText(condition)}` : 'repeatedly'
  const times = `${timesText(count)} times`
  return condition ? `${times}, by ${codeText(condition)}` : times
}

const timesText = (count: Dimension): string => dimensionText(count).replaceAll('*', ' ')

/** The call that is a step, and its place. */
export function placeText({ call, origin }: Descent | Assignment | Unfollowed): string {
  return `\`${call}\`, ${formatPlace(origin.span)}`
}

const choices: Readonly<Record<Descent['choice'], string>> = {
  compiled: 'what trained when the model was compiled, and is not frozen since',
  listed: 'of the variables that it is given, those that train and that the loss depends on',
  all: 'no variables are given: all that train and that the loss depends on',
}

/** Which parameters a step was given, and how sure that is. */
export function movedText({ choice, moved, open }: Descent): readonly string[] {
  if (open !== undefined) return [`it changes these parameters at most: ${open}`]
  if (moved.length === 0)
    return ['it changes no parameter, and TensorFlow.js throws: the loss depends on none that it may train']
  return [choices[choice]]
}

/** In which phase the layers run that differ between training and inference. */
export function modeText({ loss }: Descent): readonly string[] {
  if (!loss) return []
  const found = new Set<string>()
  for (const node of nodesBelow(loss.outputs.map(port => port.node))) {
    const op = opTable[node.op]
    if (op?.kind === 'derived' && typeof op.means === 'object')
      found.add(
        `${op.title} as in ${loss.isMinimized ? String(node.attributes.mode ?? 'inference') : 'training'}`,
      )
  }
  return [...found]
}

/** So many values of a setting are listed at most. */
const mostValues = 4

/** What settings of the optimizer are in the rounds of the loop around a step, where they change. */
export function changesText({ changing = {} }: Descent): readonly string[] {
  return Object.entries(changing).map(([name, values]) => {
    const spans = spansOf(values)
    const texts = spans.map(({ value, from, to }) => {
      const rounds = from === to ? `round ${from}` : `rounds ${from} to ${to}`
      return `${textOf(value)} in ${rounds}`
    })
    const shown = texts.length > mostValues ? [...texts.slice(0, mostValues - 1), '…', texts.at(-1)!] : texts
    return `\`${name}\` is ${shown.join(', ')}`
  })
}

/** What `fit` was told. */
export function scheduleText({ schedule }: Descent): readonly string[] {
  if (!schedule) return []
  const text = (value: unknown) =>
    value === null
      ? 'an unknown number of'
      : typeof value === 'object'
        ? timesText(value as Dimension)
        : String(value)
  const epochs = `${text(schedule.epochs)} ${schedule.epochs === 1 ? 'epoch' : 'epochs'}`
  const most = schedule.mayStop ? ' at most, which callbacks may end' : ''
  return [`for ${epochs} over the data${most}, in batches of ${text(schedule.batchSize)}`]
}
