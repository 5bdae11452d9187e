import type { Element } from 'hast'
import type { ModelDifference } from '../../diff/diff.js'
import { formatPlace } from '../../text/source.js'
import {
  changeText,
  inputFacts,
  nameText,
  outputsText,
  samenessSigns,
  settingSigns,
  settingText,
} from '../diff-facts.js'
import { visible } from '../frame.js'
import { e, prose } from './elements.js'

/** What is known of two models, with the numbers on which they part and the settings that are others. */
export function caseOf({ outputs, settings }: ModelDifference): Element {
  const name = nameText(outputs)
  const { smallest, evidence, reason } = outputs
  const numbers = smallest ?? (evidence?.by === 'counterexample' ? evidence.counterexample : undefined)
  return e(
    'div',
    {},
    e('p', {}, prose(`${samenessSigns[outputs.verdict]} ${outputsText(outputs)}`)),
    name ? e('p', {}, 'called ', visible(name)) : undefined,
    reason ? e('p', {}, prose(reason.message)) : undefined,
    numbers
      ? e(
          'details',
          {},
          e('summary', {}, `Numbers: ${visible(changeText(numbers))}`),
          e(
            'dl',
            { className: ['facts'] },
            ...inputFacts(numbers).map(([label, value]) =>
              e('div', {}, e('dt', {}, visible(label)), e('dd', { className: ['numbers'] }, visible(value))),
            ),
          ),
        )
      : undefined,
    ...settings.map(setting => {
      const place = setting.after?.span ?? setting.before?.span
      const text = `${settingSigns[setting.verdict]} ${settingText(setting)}${place ? ` (${formatPlace(place)})` : ''}`
      return e('p', {}, prose(text))
    }),
  )
}
