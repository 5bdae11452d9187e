import { parentPort } from 'node:worker_threads'
import { type ModuleLoader, moduleLoader } from '../core/loader.js'
import { countParameters } from '../equations/equations.js'
import { type FoundModel, titleOf } from '../found.js'
import { type Dimension, dimensionText } from '../graph/dimension.js'
import type { Model } from '../graph/model.js'
import { isInputError } from '../pipeline.js'
import { readModels } from '../reading.js'
import { type Project, pathInProject, projectOf } from './project.js'

/** A number, or the formula of one. */
type Count = number | string

/** A place in a file that builds a model, and how far the trace came. */
export interface Site {
  readonly file: string
  /** As `aswritten equations` takes it behind `#`; empty where the file as a whole could not be traced. */
  readonly target: string
  /** `opaque`: a part is not known. `failed`: the file cannot be read, or takes too long. `crashed`: a defect. */
  readonly status: 'traced' | 'opaque' | 'failed' | 'crashed'
  readonly reasons: readonly string[]
  readonly layers: number
  readonly parameters: { readonly trainable: Count; readonly total: Count } | null
}

export type Status = Site['status']

/** Stands for a file that yields no sites. */
export function wholeFile(file: string, status: Status, reason: string): Site {
  return { file, target: '', status, reasons: [reason], layers: 0, parameters: null }
}

/** The project of the file that was traced last: the next one may import the same modules. */
let last: { readonly project: Project; readonly modules: ModuleLoader; files: number } | undefined

/** Of so many files, the modules are kept; more might exhaust the memory. */
const mostFilesOfModules = 25

/** Where nothing marks the root of a project, it is the folder that was asked for. */
function projectWithModules(
  path: string,
  folder: string,
): { readonly project: Project; readonly modules: ModuleLoader } {
  const project = projectOf(path, folder)
  if (last?.project.root !== project.root || last.files >= mostFilesOfModules)
    last = { project, modules: moduleLoader(project.files), files: 0 }
  last.files++
  return last
}

interface Request {
  readonly path: string
  /** How the file is called in the result. */
  readonly file: string
  readonly folder: string
}

/** Every model of a file. */
function traceFile({ path, file, folder }: Request): readonly Site[] {
  const { project, modules } = projectWithModules(path, folder)
  const name = pathInProject(project, path)
  const { models, diagnostics } = readModels({ files: project.files, modules, path: name })
  const unreadable = diagnostics.find(isInputError)
  if (models.length === 0 && unreadable)
    return [wholeFile(file, 'failed', `${unreadable.code}: ${unreadable.message}`)]
  return models.map(model => siteOf(file, model, titleOf(model).slice(name.length + 1)))
}

function siteOf(file: string, { graph, reason }: FoundModel, target: string): Site {
  if (!graph) {
    const why = reason ? `${reason.code}: ${reason.message}` : 'unknown'
    return { file, target, status: 'opaque', reasons: [why], layers: 0, parameters: null }
  }
  const { trainable, total } = countParameters(graph.model)
  const reasons = unknownParts(graph.model)
  return {
    file,
    target,
    status: reasons.length > 0 ? 'opaque' : 'traced',
    reasons,
    layers: graph.model.layers.length,
    parameters: { trainable: countOf(trainable), total: countOf(total) },
  }
}

/** Why the loss or the optimizer of a model that was traced is not known. */
function unknownParts({ compilation }: Model): readonly string[] {
  if (!compilation) return []
  const { losses, optimizer } = compilation
  return [...losses, ...(optimizer ? [optimizer] : [])]
    .filter(({ kind }) => kind === 'opaque')
    .map(({ reason }) => reason ?? 'unknown')
}

function countOf(dimension: Dimension): Count {
  return typeof dimension === 'number' ? dimension : dimensionText(dimension)
}

// Runs as a worker: a file that hangs or exhausts the memory ends this thread and no other.
parentPort?.on('message', (request: Request) => {
  const { file } = request
  try {
    parentPort?.postMessage(traceFile(request))
  } catch (error) {
    parentPort?.postMessage([
      wholeFile(file, 'crashed', error instanceof Error ? error.message : String(error)),
    ])
  }
})
