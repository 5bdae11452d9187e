import { type BakeoffOutcome, bakeoff as bakeOff } from '../bakeoff/bakeoff.js'
import { readSides } from '../diff/sides.js'
import { statedInputs } from '../pipeline.js'
import { bakeoffReporters } from '../report/bakeoff-reporters.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import { readStatedSpec } from './checks.js'
import type { Stated } from './config.js'
import { onDisk } from './diff.js'
import { exitCodes } from './exit.js'
import { type AskedOutput, report } from './output.js'
import { InputError, UsageError } from './usage.js'

interface Options {
  readonly spec?: string
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
  readonly outputs: readonly AskedOutput[]
}

const byVerdict: Readonly<Record<BakeoffOutcome['verdict'], number>> = {
  same: exitCodes.asWritten,
  different: exitCodes.differs,
  undecided: exitCodes.unverified,
  unusable: exitCodes.unusable,
}

/** `aswritten bakeoff`: compares independent implementations of one model with each other. */
export function bakeoff(names: readonly string[], { spec: asked, outputs, ...given }: Options): number {
  if (names.length < 2)
    throw new UsageError('name two implementations or more: `aswritten bakeoff a.js#f b.js#g c.js#h`')
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new UsageError(`\`${twice}\` is named twice`)
  const { artifacts, diagnostics } = readArtifacts(given.artifact, process.cwd())
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const spec = asked === undefined ? undefined : readStatedSpec(asked, process.cwd())
  const subjects = names.map(name => onDisk(name, name))
  const stated = spec && statedInputs(spec.spec)
  const read = readSides(
    ...subjects.map(subject => ({
      ...subject,
      arguments: given.arg,
      inputs: given.input,
      artifacts,
      stated,
    })),
  )
  const entrants = subjects.map((subject, i) => ({ ...subject, read: read[i]! }))
  const outcome = bakeOff(entrants, spec)
  report(bakeoffReporters, [outcome], outputs)
  return byVerdict[outcome.verdict]
}
