import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Role } from '../graph/meaning.js'
import type { LayerApplication, Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { activations } from '../library/activations.js'
import { losses } from '../library/losses.js'
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
  const activation = application?.layer.config.activation
  if (!application || !activation || application.layer.model) return undefined
  const name = activation.value ?? 'linear'
  return typeof name === 'string' && Object.hasOwn(activations, name) ? application : undefined
}

/** Outputs whose activation does not fit their loss. */
export const outputFailures: LintRule = ({ model, meanings }) =>
  (model.compilation?.losses ?? []).flatMap((term): readonly Diagnostic[] => {
    const expects = losses[term.kind]?.expects
    const port = model.outputs[term.output]
    if (!port || !expects || expects === 'real') return []
    const role = roleMade(meanings, port.node)
    const application = model.applications.find(({ outputs }) => outputs.includes(port.node))
    const isWrong =
      expects === 'logit' ? role === 'probability' : role !== 'probability' && activatedBy(model, port.node)
    if (!application || !isWrong) return []
    return [
      diagnostic(
        'output-activation-loss-mismatch',
        {
          loss: term.kind,
          output: port.name,
          expected: expects === 'logit' ? 'logits' : 'a probability',
          actual: (role && roleText[role]) ?? 'not one: it has no sigmoid or softmax',
        },
        {
          span: application.layer.config.activation?.span ?? application.layer.origin.span,
          related: [{ message: 'the loss', span: term.span }],
        },
      ),
    ]
  })
