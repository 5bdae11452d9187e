import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Port } from '../graph/model.js'
import { descentsAmong } from '../graph/training.js'
import type { Assumption } from './assumptions.js'
import { defaultBudget, Work } from './budget.js'
import type { LeftByCalls } from './earlier-calls.js'
import type { Found } from './found-models.js'
import { followedPath, rootOf } from './given-values.js'
import type { Library } from './host.js'
import type { Shared } from './interpreter.js'
import type { Fits } from './own-sizes.js'
import { type Learned, type Site, SiteTracer, type TraceRequest, type Walk } from './site-tracer.js'
import {
  type Contradiction,
  contradictions,
  type Declarations,
  matchInputs,
  remarkedInputs,
  type StatedInput,
  shapeAsked,
  withGuesses,
  withRemarks,
} from './stated-inputs.js'
import { matchWeights } from './stated-weights.js'
import type { Supposed } from './suppositions.js'
import { type Candidate, candidates, mentions, namedFunctions, placeOf } from './targets.js'
import { KeyTable } from './unknowns.js'
import { unreadSetting, unreadVariables } from './unread.js'
import { type WatchedCall, WatchedCalls } from './watched-calls.js'

export interface TraceResult {
  readonly sites: readonly Site[]
  readonly diagnostics: readonly Diagnostic[]
}

/** As many cases are told apart; of more, none is. */
const mostCases = 16

/** As many calls of a target may each leave something that those before it did not. */
const mostCalls = 4

/** As many tensors of a function may be supposed to have a shape one after the other. */
const mostSuppositions = 12

/** As many times a walk may find something else that other functions set, fill or count. */
const mostUnset = 4

/** As many open sizes may follow from what the code does with them. */
const mostFits = 32

const sharedByWalks = (): Shared => ({ keys: new KeyTable(), work: new Work() })

type Start = (assumptions: readonly Assumption[], learned?: Learned) => SiteTracer

/** Walks a program and gives the models that a target, or the whole file, builds. Never runs the code itself. */
export function trace(asked: TraceRequest): TraceResult {
  const request: TraceRequest = {
    ...asked,
    arguments: followed(asked.arguments ?? {}),
    inputs: followed(asked.inputs ?? {}),
  }
  const loaded = request.loader.load(request.path)
  if (!loaded.module) return { sites: [], diagnostics: loaded.diagnostics }
  const { module } = loaded
  const shared = sharedByWalks()
  const start: Start = (assumptions, learned) => new SiteTracer(request, module, assumptions, shared, learned)
  const tracer = start([])
  if (request.target !== undefined) {
    const missing = tracer.missing(request.target, [
      ...Object.keys(request.arguments ?? {}),
      ...Object.keys(request.inputs ?? {}),
    ])
    if (missing) return { sites: [], diagnostics: [missing] }
    return {
      sites: targetSites(request, request.target, tracer, start),
      diagnostics: tracer.top.site.diagnostics.filter(({ code }) => code === 'budget-exceeded'),
    }
  }
  const building = candidates(module, request.library.modelCalls)
  const sites = [
    ...withCallbacks(tracer.top, assumptions => start(assumptions).top),
    ...building.flatMap(candidate => {
      const walk = request.supposes
        ? asAnyCall(start, supposing(request, candidate, start), true)
        : asAnyCall(start, own => own.site(candidate))
      return withCallbacks(walk(tracer, []), assumptions => walk(start(assumptions), assumptions))
    }),
    ...(request.supposes
      ? computationsIn(
          request,
          tracer,
          start,
          namedFunctions(module).filter(({ name }) => building.every(other => other.name !== name)),
        )
      : []),
  ]
  return {
    sites: sites.filter(
      ({ models, diagnostics, training }) => models.length > 0 || diagnostics.length > 0 || training,
    ),
    diagnostics: unreadVariables(module, request.library.isSetting).map(unreadSetting),
  }
}

/**
 * How a function of the list is walked where tensors without a shape may be supposed to have one: by what comments say of them,
 * or else by how they are used. That says what the function does, and nothing about shapes, unless no others are possible.
 */
function supposing(
  { library }: TraceRequest,
  candidate: Candidate,
  start: Start,
): (tracer: SiteTracer) => Walk {
  let known: { readonly inputs: Declarations; readonly isSure: boolean } | undefined
  return tracer => {
    const { typed, all } = remarkedInputs(library, tracer.takes(candidate.name))
    // A comment says more than a type does.
    const said = Object.fromEntries(Object.entries(all).filter(([path]) => Object.hasOwn(typed, path)))
    const first = tracer.site(candidate, said)
    if (!first.supposes || first.site.givesModel || isStopped(first)) return first
    known ??= suppositionsOf(candidate, { said, first: first.supposes }, start([]), library)
    const walk = tracer.site(candidate, known.inputs)
    if (isStopped(walk)) return first
    const { site } = walk
    const isOpen = (model: Found) => !('applications' in model)
    const open = site.models.some(isOpen) ? first.site.models.filter(isOpen) : []
    const found = known.isSure ? site.diagnostics : []
    return {
      ...walk,
      site: {
        ...site,
        models: [...site.models.filter(model => !isOpen(model)), ...open],
        diagnostics: [
          ...first.site.diagnostics,
          ...found.filter(entry => !isAmong(first.site.diagnostics, entry)),
        ],
        ...(!known.isSure && { isSupposed: true }),
      },
    }
  }
}

/** What functions of the file compute that build no model and are given nothing but tensors, by what comments and types say. */
function computationsIn(
  { library }: TraceRequest,
  first: SiteTracer,
  start: Start,
  functions: readonly Candidate[],
): readonly Site[] {
  return functions.flatMap(candidate => {
    const required = first.takes(candidate.name).filter(taken => taken.required)
    const { all } = remarkedInputs(library, required)
    const isTensor = (name: string) => Object.keys(all).some(path => rootOf(path) === name)
    if (required.length === 0 || !required.every(({ name }) => isTensor(name))) return []
    const walk = asAnyCall(start, tracer => tracer.computation(candidate, all), true)
    const { site } = walk(first, [])
    return site.models.length > 0 && site.models.every(model => 'applications' in model) ? [site] : []
  })
}

const isAmong = (entries: readonly Diagnostic[], { code, message, span }: Diagnostic): boolean =>
  entries.some(other => other.code === code && other.message === message && other.span?.start === span?.start)

/** Walks a function until there is nothing more to suppose. */
function suppositionsOf(
  candidate: Candidate,
  { said: typed, first }: { readonly said: Declarations; readonly first: Supposed },
  tracer: SiteTracer,
  library: Library,
): Supposed {
  const { all: said } = remarkedInputs(library, tracer.takes(candidate.name))
  let inputs = typed
  let isSure = true
  let next: Supposed | undefined = first
  for (let rounds = 0; next && rounds < mostSuppositions; rounds++) {
    const added = Object.entries(next.inputs).filter(([path]) => !Object.hasOwn(inputs, path))
    if (added.length === 0) break
    isSure &&= next.isSure || added.every(([path]) => Object.hasOwn(said, path))
    inputs = { ...inputs, ...Object.fromEntries(added.map(([path, own]) => [path, said[path] ?? own])) }
    const walk = tracer.site(candidate, inputs)
    next = isStopped(walk) ? undefined : walk.supposes
  }
  return { inputs, isSure }
}

/** Values by their paths as these are followed. */
const followed = <Given>(values: Readonly<Record<string, Given>>): Readonly<Record<string, Given>> =>
  Object.fromEntries(Object.entries(values).map(([path, value]) => [followedPath(path), value]))

/**
 * How a file calls one of its functions, as far as it gives tensors whose shapes are known: where it is loaded, and in its other
 * functions, which are walked without values for what no type says.
 */
export function tracedCalls(request: TraceRequest): readonly WatchedCall[] {
  const { module } = request.loader.load(request.path)
  const { target } = request
  const place = module && target !== undefined && placeOf(module, target)
  const name = target?.split('.').at(-1)
  if (!place || name === undefined || !mentions(module, new Set([name]))) return []
  const watched = new WatchedCalls(place, request.library.shapeOf)
  const tracer = new SiteTracer({ ...request, watched }, module, [], sharedByWalks())
  for (const candidate of namedFunctions(module)) tracer.site(candidate)
  return watched.calls
}

/**
 * The cases of a target. A parameter that no type calls a tensor may be anything, and most functions that build models
 * take none; only where that gives no model is the target walked with tensors as comments and a spec state them.
 */
function targetSites(
  request: TraceRequest,
  target: string,
  first: SiteTracer,
  start: Start,
): readonly Site[] {
  const { arguments: args = {}, inputs = {}, stated = [], weights = [] } = request
  const walkedWith = (from: SiteTracer, declared: Declarations): Walked => {
    const walk = asAnyCall(start, tracer => tracer.target(target, args, declared))
    const sites = withCallbacks(walk(from, []), assumptions => walk(start(assumptions), assumptions))
    const needed = neededBeside(declared, sites)
    if (needed) return walkedWith(start([]), needed)
    // What is built by functions that it hands out counts where it builds nothing itself.
    const own = sites.filter(site => site.target === target)
    const isOwn = own.some(({ models, training }) => models.length > 0 || training)
    return { sites: isOwn ? own : sites, declared }
  }
  const casesWith = (from: SiteTracer, declared: Declarations) => walkedWith(from, declared).sites
  const isGiven = new Set([...Object.keys(args), ...Object.keys(inputs)].map(path => path.split('.')[0]))
  const open = first.takes(target).filter(({ name }) => !isGiven.has(name))
  const { typed, all } = remarkedInputs(request.library, open)
  const { sites: plain, declared } = walkedWith(first, { ...typed, ...inputs })
  // A function that gives a model takes no tensors, also where the model is not known.
  if (plain.some(({ givesModel }) => givesModel)) return plain
  const hasOwn = hasModel(plain, ({ stated: by }) => !by)
  if (hasOwn && plain.every(knowsLosses)) return plain
  const used = Object.fromEntries(Object.entries(declared).filter(([, { stated: own }]) => own?.by === 'use'))
  const match = matchInputs(stated, open, used)
  const [contradiction] = contradictions(all, match.inputs)
  // Beside batches, a method that trains takes rates and counts: that their place makes tensors of them is a guess.
  if (hasOwn && (match.by === 'place' || contradiction)) return plain
  if (contradiction) return [contradicted(plain[0]!, contradiction)]
  const more = {
    ...all,
    ...withRemarks(hasOwn ? withGuesses(match.inputs, match.placed) : match.inputs, all, open),
    ...used,
  }
  const isPlain = Object.keys(more).every(path => more[path] === typed[path])
  const isFree = (path: string) => more[path] === typed[path] && !Object.hasOwn(inputs, path)
  const named = matchWeights(weights, Object.keys(typed).filter(isFree), typed)
  const walkWith = (found: Declarations) =>
    isPlain && Object.keys(found).length === 0
      ? plain
      : casesWith(start([]), { ...more, ...found, ...inputs })
  const bound = withWeights(weights, named, all, walkWith)
  if (isPlain) return bound
  if (hasOwn) return bound.some(({ training }) => training) && bound.every(knowsLosses) ? bound : plain
  // Names say that the statements are about these tensors, so what is missing then is worth more than what was before.
  return match.by !== 'place' || hasModel(bound) || !(hasModel(plain) || Object.keys(all).length === 0)
    ? bound
    : plain
}

/** The sites of a target, and the tensors that it was walked with in the end. */
interface Walked {
  readonly sites: readonly Site[]
  readonly declared: Declarations
}

/** What is declared, with tensors that calls of the sites need; undefined where those are among it, and for what builds models. */
function neededBeside(declared: Declarations, sites: readonly Site[]): Declarations | undefined {
  if (sites.some(({ givesModel }) => givesModel)) return undefined
  if (Object.keys(declared).length > mostSuppositions) return undefined
  const needed = Object.assign({}, ...sites.map(site => site.needed)) as Declarations
  const isNew = Object.keys(needed).some(path => !Object.hasOwn(declared, path))
  return isNew ? { ...needed, ...declared } : undefined
}

/** The sites of a target that takes weights by the names that a spec has for them, where it is a model with their shapes. */
function withWeights(
  weights: readonly StatedInput[],
  named: Declarations,
  remarks: Declarations,
  walk: (found: Declarations) => readonly Site[],
): readonly Site[] {
  let found = named
  let sites = walk(found)
  while (!hasModel(sites)) {
    const wanted = sites.flatMap(site => site.wanted).filter(path => !Object.hasOwn(found, path))
    const more = matchWeights(weights, wanted, remarks)
    if (Object.keys(more).length === 0) return Object.keys(found).length > 0 ? walk({}) : sites
    found = { ...found, ...more }
    sites = walk(found)
  }
  return sites
}

/**
 * Walks a target as any of its calls that run: with the open sizes that they must have, with what other functions set not
 * known, where it throws because it holds nothing, with what they fill and count not known, and where it trains, with what
 * the calls before it left. Where it `supposes`, sizes that fit together need not be the only ones.
 */
function asAnyCall(
  start: Start,
  walk: (tracer: SiteTracer) => Walk,
  supposes = false,
): (tracer: SiteTracer, assumptions: readonly Assumption[]) => Walk {
  return (tracer, assumptions) => {
    let fits: Fits = new Map()
    let isSupposed = false
    const fitted = (first: Walk, earlier?: LeftByCalls): Walk => {
      let found = first
      for (let sizes = 0; sizes < mostFits; sizes++) {
        const more = found.fits ?? (supposes && !isStopped(found) ? found.usual : undefined)
        if (!more) break
        isSupposed ||= !found.fits
        fits = more
        found = walk(start(assumptions, { fits, ...(earlier && { earlier }) }))
      }
      return isSupposed ? { ...found, site: { ...found.site, isSupposed } } : found
    }
    const after = (earlier: LeftByCalls): Walk => fitted(walk(start(assumptions, { fits, earlier })), earlier)
    let found = fitted(walk(tracer))
    for (let rounds = 0; rounds < mostUnset; rounds++) {
      const known = found.unset ?? found.grown
      const again = known && after(known)
      if (!again || isStopped(again)) break
      found = again
    }
    for (let calls = 1; found.left && calls < mostCalls; calls++) found = after(found.left)
    return found
  }
}

/** Whether all that a site minimises is known. */
const knowsLosses = ({ training }: Site): boolean =>
  descentsAmong(training?.steps ?? []).every(({ loss, reason }) => loss !== undefined && reason === undefined)

/** Whether a model was found all of whose inputs are as asked for. */
function hasModel(sites: readonly Site[], isMeant: (input: Port) => boolean = () => true): boolean {
  return sites.some(({ models }) =>
    models.some(model => 'applications' in model && model.inputs.every(isMeant)),
  )
}

/** A site of which the spec and the code say things that cannot both hold. */
function contradicted(site: Site, { path, remark, spec }: Contradiction): Site {
  const [shape, stated] = [shapeAsked(remark.shape), shapeAsked(spec.shape)]
  const by = remark.stated?.by ?? 'type'
  const reason = diagnostic(
    'contradicting-shapes',
    { input: path, by, shape, stated },
    {
      span: remark.stated?.span ?? site.span,
      help: `say which one holds: \`--input ${path}:${stated}\` or \`--input ${path}:${shape}\``,
    },
  )
  return { ...site, models: [{ kind: 'unknown', path, reason }], returns: true, assumptions: [] }
}

/** Whether a walk took more than it may: each of its cases would take as much. */
const isStopped = ({ site }: Walk): boolean =>
  [...site.diagnostics, ...site.models.map(model => ('reason' in model ? model.reason : undefined))].some(
    reason => reason?.code === 'budget-exceeded',
  )

type WalkAgain = (assumptions: readonly Assumption[]) => Walk | undefined

/** The cases of a site, and those of the callbacks that it hands out. */
function withCallbacks(first: Walk, walk: WalkAgain): readonly Site[] {
  const inside = first.callbacks.flatMap(callback =>
    withCallbacks(callback, assumptions =>
      walk(assumptions)?.callbacks.find(({ site }) => site.target === callback.site.target),
    ),
  )
  return [...cases(first, walk), ...inside]
}

/**
 * Tells the cases of a site apart: walks it again under each answer to the condition that hid a model, until none
 * does. Together the cases are all there are; one that builds no model, or ends in an error, is none.
 */
function cases(first: Walk, walk: WalkAgain): readonly Site[] {
  const unsplit = [first.site]
  const done: Walk[] = []
  const pending = [first]
  let steps = 0
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { site, open: question } = next
    if (!question) {
      done.push(next)
      continue
    }
    const isTooMuch =
      steps + 2 * next.steps > defaultBudget.caseSteps || done.length + pending.length + 2 > mostCases
    if (isStopped(next) || isTooMuch) return unsplit
    for (const holds of [false, true]) {
      const again = walk([...site.assumptions, { question, holds }])
      steps += again?.steps ?? 0
      if (again) pending.push(again)
    }
  }
  const building = done.filter(({ site, throws }) => !throws && site.models.length > 0)
  const isKnown = ({ site }: Walk) => site.models.some(model => 'applications' in model)
  return building.some(isKnown) ? building.map(({ site }) => site) : unsplit
}
