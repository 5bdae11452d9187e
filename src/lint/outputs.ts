import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Role } from '../graph/meaning.js'
import type { LayerApplication, Model, Port } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { activations } from '../library/activations.js'
import { type Loss, losses } from '../library/losses.js'
import type { Meanings } from '../meanings/meanings.js'
import type { LintRule } from './lint.js'

/** How a sentence calls what a value is. */
export const roleText: Readonly<Partial<Record<Role, string>>> = {
  probability: 'a probability',
  'log-probability': 'the logarithm of a probability',
}

/** What a value is by what makes it, whatever it is taken for. */
export function roleMade({ role }: Meanings, node: Node): Role | undefined {
  const fact = role(node)
  return fact?.assumed ? undefined : fact?.role
}

/** The layer whose activation a value is: where that is none, or gives any number, the value is no probability. */
export function activatedBy(model: Model, node: Node): LayerApplication | undefined {
  const application = model.applications.find(({ outputs }) => outputs.includes(node))
  const inner = application?.layer.model
  const within = inner?.outputs[application!.outputs.indexOf(node)]
  if (inner) return within && activatedBy(inner, within.node)
  const activation = application?.layer.config.activation
  if (!application || !activation) return undefined
  const name = activation.value ?? 'linear'
  return typeof name === 'string' && Object.hasOwn(activations, name) ? application : undefined
}

/** In words: what losses take. */
const expectations: Readonly<Record<Loss['expects'], string>> = {
  real: 'a number',
  logit: 'logits',
  probability: 'a probability for each element by itself',
  distribution: 'probabilities of classes that sum to one',
}

/** Outputs that are not what the loss on them takes. */
export const outputFailures: LintRule = ({ model, meanings }) =>
  (model.compilation?.losses ?? []).flatMap((term): readonly Diagnostic[] => {
    const expects = losses[term.kind]?.expects
    const port = model.outputs[term.output]
    if (!port || !expects || expects === 'real') return []
    const application = model.applications.find(({ outputs }) => outputs.includes(port.node))
    const actual = misfit(expects, port, model, meanings)
    if (!application || actual === undefined) return []
    return [
      diagnostic(
        'output-activation-loss-mismatch',
        { loss: term.kind, output: port.name, expected: expectations[expects], actual },
        {
          span: application.layer.config.activation?.span ?? application.layer.origin.span,
          related: [{ message: 'the loss', span: term.span }],
        },
      ),
    ]
  })

/** In words: what an output is, where it is known not to be what is expected. */
function misfit(
  expects: Exclude<Loss['expects'], 'real'>,
  { node }: Port,
  model: Model,
  meanings: Meanings,
): string | undefined {
  const role = roleMade(meanings, node)
  if (role !== 'probability') {
    if (expects === 'logit') return undefined
    return (
      (role && roleText[role]) ??
      (activatedBy(model, node) ? 'no probability: it has no sigmoid or softmax' : undefined)
    )
  }
  if (expects === 'logit') return 'a probability'
  const over = meanings.role(node)?.over
  if (expects === 'distribution') return over === undefined ? 'a probability for each element' : undefined
  // Of two classes, either probability says all, and both losses are the same.
  const classes = over === undefined ? undefined : node.type.shape?.[over]
  return typeof classes === 'number' && classes > 2 ? `a distribution over ${classes} classes` : undefined
}
