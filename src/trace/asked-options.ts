import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { rootOf } from './given-values.js'
import type { Declarations } from './stated-inputs.js'
import type { WantedTensors } from './wanted-tensors.js'

/** What a target can be given, by the first parts of paths, and the tensors that it is given. */
interface Given {
  readonly names: readonly string[]
  readonly inputs: Declarations
}

/** A reason why a target is not known, with the options that would help. */
export function askingFor(reason: Diagnostic, wanted: WantedTensors, { names, inputs }: Given): Diagnostic {
  const tensors = wanted.optionsFor(reason, names, inputs)
  if (tensors !== undefined)
    return {
      ...reason,
      help: `say of which shapes its tensors are: \`${tensors}\`; what is a number is given with \`--arg\``,
    }
  const setting = reason.code === 'unbound-setting' && argumentName(reason.values.path ?? '')
  return setting && names.includes(rootOf(setting))
    ? { ...reason, help: `give it a value: \`--arg ${setting}=…\`` }
    : reason
}

/** What `--arg` calls a value; undefined for what is computed from others. */
function argumentName(path: string): string | undefined {
  if (!/^[\w$]+(?:\.[\w$]+|\[\d+\]|\(…\))*$/.test(path)) return undefined
  return path.replace(/\[(\d+)\]/g, '.$1').replaceAll('(…)', '()')
}
