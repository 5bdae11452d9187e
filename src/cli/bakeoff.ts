import { type BakeoffOutcome, bakeoff as bakeOff } from '../bakeoff/bakeoff.js'
import { isContradiction, type RunVerdict } from '../bakeoff/run.js'
import type { DiffSide } from '../diff/diff.js'
import { readSides } from '../diff/sides.js'
import { choicesOf } from '../found.js'
import { checkReading, type SpecReading } from '../pipeline.js'
import { statedInputs } from '../reading.js'
import { bakeoffReporters } from '../report/bakeoff-reporters.js'
import { readArtifacts } from './artifacts.js'
import { readStatedSpec } from './checks.js'
import { onDisk } from './diff.js'
import { exitCodes } from './exit.js'
import { type AskedOutput, report } from './output.js'
import type { Subject } from './places.js'
import { progressBar } from './progress.js'
import { projectOf, splitTarget } from './project.js'
import { type AskedImplementation, type JointOptions, runImplementations } from './run-implementations.js'
import { type AskedRun, announce, type RunSettings, refuseSettings, settingsOf } from './run-settings.js'
import { codeSubject, type GivenValues, nameOf } from './run-subject.js'
import { InputError, UsageError } from './usage.js'

interface Options extends GivenValues, AskedRun {
  readonly spec?: string
  readonly run?: true
  readonly outputs: readonly AskedOutput[]
}

const byVerdict: Readonly<Record<BakeoffOutcome['verdict'], number>> = {
  same: exitCodes.asWritten,
  different: exitCodes.differs,
  undecided: exitCodes.unverified,
  unusable: exitCodes.unusable,
}

/** What a run adds to a proof: that numbers agree does not decide what is undecided. */
const byRun: Readonly<Record<RunVerdict, number>> = {
  alike: exitCodes.asWritten,
  different: exitCodes.differs,
  'not decided': exitCodes.unverified,
}

/** The gravest code wins; a defect of aswritten is told before all that it may have spoilt. */
const gravest = [exitCodes.crash, exitCodes.unusable, exitCodes.differs, exitCodes.unverified]

/** `aswritten bakeoff`: compares independent implementations of one model with each other, and runs them where that is asked for. */
export async function bakeoff(names: readonly string[], options: Options): Promise<number> {
  const { spec: asked, outputs, run, ...given } = options
  if (names.length < 2)
    throw new UsageError('name two implementations or more: `aswritten bakeoff a.js#f b.js#g c.js#h`')
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new UsageError(`\`${twice}\` is named twice`)
  if (!run) refuseSettings(given, '--run')
  const isUntrained = given.problem === 'none'
  const settings = run && settingsOf(isUntrained ? { ...given, problem: undefined } : given)
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
  const compared = bakeOff(entrants, spec)
  const outcome =
    settings && compared.verdict !== 'unusable'
      ? { ...compared, run: await runAll(entrants, given, { ...settings, isUntrained }, spec) }
      : compared
  report(bakeoffReporters, [outcome], outputs)
  const codes: readonly number[] = [byVerdict[outcome.verdict], ...codesOfRun(outcome)]
  return gravest.find(code => codes.includes(code)) ?? exitCodes.asWritten
}

function codesOfRun({ run }: BakeoffOutcome): readonly number[] {
  if (!run) return []
  if (run.reference === undefined) return [exitCodes.unusable]
  return run.weights.some(isContradiction) ? [exitCodes.crash] : [byRun[run.verdict]]
}

async function runAll(
  entrants: readonly (Subject & DiffSide)[],
  given: GivenValues,
  settings: RunSettings & Pick<JointOptions, 'isUntrained'>,
  spec: SpecReading | undefined,
) {
  announce(
    entrants.map(({ label }) => label),
    settings,
  )
  return runImplementations(
    entrants.map(entrant => asImplementation(entrant, given, spec)),
    { ...settings, progress: progressBar(process.stderr) },
    spec?.path,
  )
}

/** What runs of an implementation: with those of the given tensors that it takes. */
function asImplementation(
  { label, path, target, read }: Subject & DiffSide,
  { arg, input }: GivenValues,
  spec: SpecReading | undefined,
): AskedImplementation {
  const project = projectOf(splitTarget(label, process.cwd()).path)
  const [found] = choicesOf(read.models)
  const graph = found?.length === 1 ? found[0]?.graph : undefined
  const taken = Object.entries(input).filter(
    ([name]) => !graph || graph.model.inputs.some(port => port.name === name),
  )
  const inputs = Object.fromEntries(taken)
  const named = target ?? nameOf(found, path)
  const check = spec && checkReading({ path, target }, spec, read)
  return {
    shown: label,
    project,
    code: codeSubject(project, { path, target: named, arguments: arg, inputs }),
    ...(graph && { graph }),
    ...(check && { check }),
  }
}
