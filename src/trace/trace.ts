import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Assumption } from './assumptions.js'
import { defaultBudget } from './budget.js'
import { type Site, SiteTracer, type TraceRequest, type Walk } from './site-tracer.js'
import { type Declarations, matchInputs } from './stated-inputs.js'
import { candidates } from './targets.js'
import { KeyTable } from './unknowns.js'

export interface TraceResult {
  readonly sites: readonly Site[]
  readonly diagnostics: readonly Diagnostic[]
}

/** As many cases are told apart; of more, none is. */
const mostCases = 16

/** Walks a program and gives the models that a target, or the whole file, builds. Never runs the code itself. */
export function trace(request: TraceRequest): TraceResult {
  const loaded = request.loader.load(request.path)
  if (!loaded.module) return { sites: [], diagnostics: loaded.diagnostics }
  const { module } = loaded
  const keys = new KeyTable()
  const start = (assumptions: readonly Assumption[]) => new SiteTracer(request, module, assumptions, keys)
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
  const sites = [
    ...withCallbacks(tracer.top, assumptions => start(assumptions).top),
    ...candidates(module, request.library.modelCalls).flatMap(candidate =>
      withCallbacks(tracer.site(candidate), assumptions => start(assumptions).site(candidate)),
    ),
  ]
  return {
    sites: sites.filter(({ models, diagnostics }) => models.length > 0 || diagnostics.length > 0),
    diagnostics: [],
  }
}

/**
 * The cases of a target. A parameter without a value may be anything, and most functions that build models take no
 * tensors; only where that gives no model is the target walked with tensors as stated.
 */
function targetSites(
  request: TraceRequest,
  target: string,
  first: SiteTracer,
  start: (assumptions: readonly Assumption[]) => SiteTracer,
): readonly Site[] {
  const { arguments: args = {}, inputs = {}, stated = [] } = request
  const casesWith = (from: SiteTracer, declared: Declarations) =>
    cases(from.target(target, args, declared), assumptions =>
      start(assumptions).target(target, args, declared),
    )
  const isGiven = new Set([...Object.keys(args), ...Object.keys(inputs)].map(path => path.split('.')[0]))
  const open = stated.length > 0 ? first.takes(target).filter(({ name }) => !isGiven.has(name)) : []
  const match = matchInputs(stated, open)
  const plain = casesWith(first, inputs)
  if (Object.keys(match.inputs).length === 0 || hasModel(plain)) return plain
  const bound = casesWith(start([]), { ...inputs, ...match.inputs })
  return match.byName || hasModel(bound) ? bound : plain
}

/** Whether anything was found of which no statement decides the shape. */
function hasModel(sites: readonly Site[]): boolean {
  return sites.some(({ models }) => models.some(model => 'applications' in model))
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
  const end = Date.now() + defaultBudget.milliseconds
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { site, open: question } = next
    if (!question) {
      done.push(next)
      continue
    }
    if (isStopped(next) || done.length + pending.length + 2 > mostCases || Date.now() > end) return unsplit
    for (const holds of [false, true]) {
      const again = walk([...site.assumptions, { question, holds }])
      if (again) pending.push(again)
    }
  }
  const building = done.filter(({ site, throws }) => !throws && site.models.length > 0)
  const isKnown = ({ site }: Walk) => site.models.some(model => 'applications' in model)
  return building.some(isKnown) ? building.map(({ site }) => site) : unsplit
}
