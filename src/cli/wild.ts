import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { countParameters } from '../equations/equations.js'
import { dimensionText } from '../graph/dimension.js'
import { readModels, titleOf } from '../pipeline.js'
import { exitCodes } from './exit.js'
import { print } from './output.js'
import { pathInProject, projectOf } from './project.js'

interface Site {
  readonly file: string
  readonly target: string
  readonly status: 'traced' | 'opaque' | 'failed' | 'crashed'
  readonly reasons: readonly string[]
  readonly layers: number
  readonly parameters: { readonly trainable: string; readonly total: string } | null
}

const extensions = /\.([cm]?[jt]sx?|html?)$/
const skipped = new Set(['node_modules', '.git', 'dist', 'build', 'vendor'])

/** `aswritten wild`: traces every TensorFlow.js file below a folder and says how far the trace came. */
export function wild(folder: string, { format }: { readonly format: 'text' | 'json' }): number {
  const start = Date.now()
  const sites = filesBelow(folder).flatMap(traceFile)
  const seconds = (Date.now() - start) / 1000
  const count = (status: Site['status']) => sites.filter(site => site.status === status).length
  const counts = {
    traced: count('traced'),
    opaque: count('opaque'),
    failed: count('failed'),
    crashed: count('crashed'),
  }
  if (format === 'json') print(`${JSON.stringify({ sites, counts, seconds }, null, 2)}\n`)
  else {
    const reasons = new Map<string, number>()
    for (const site of sites)
      for (const reason of new Set(site.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    const ranked = [...reasons].sort(([, a], [, b]) => b - a).slice(0, 25)
    print(
      [
        ...sites.map(
          site =>
            `${site.status.padEnd(8)} ${site.file}#${site.target}  ${site.parameters?.total ?? site.reasons[0] ?? ''}`,
        ),
        '',
        `${sites.length} sites: ${counts.traced} traced, ${counts.opaque} opaque, ${counts.failed} failed, ${counts.crashed} crashed, in ${seconds.toFixed(1)} s`,
        ...ranked.map(([reason, times]) => `${String(times).padStart(5)}  ${reason}`),
        '',
      ].join('\n'),
    )
  }
  return counts.crashed > 0 ? exitCodes.crash : exitCodes.asWritten
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    if (skipped.has(name)) return []
    const info = statSync(path, { throwIfNoEntry: false })
    if (info?.isDirectory()) return filesBelow(path)
    if (!info || !extensions.test(name) || info.size > 1_000_000) return []
    return /tensorflow\/tfjs|\btf\.(sequential|model|layers)\b/.test(readFileSync(path, 'utf8')) ? [path] : []
  })
}

/** Every model of a file; a crash of the trace is reported as such and ends nothing. */
function traceFile(path: string): readonly Site[] {
  const project = projectOf(path)
  const file = path
  try {
    const { models, diagnostics } = readModels({ files: project.files, path: pathInProject(project, path) })
    const unreadable = diagnostics.filter(
      ({ code }) => code === 'syntax-error' || code === 'nesting-too-deep',
    )
    if (models.length === 0 && unreadable.length > 0) {
      return [
        {
          file,
          target: '',
          status: 'failed',
          reasons: unreadable.map(({ code }) => code),
          layers: 0,
          parameters: null,
        },
      ]
    }
    return models.map((model): Site => {
      const { graph, reason } = model
      const title = titleOf(model)
      const name = title.slice(title.indexOf('#') + 1)
      if (!graph) {
        const why = reason ? `${reason.code}: ${reason.message}` : 'unknown'
        return { file, target: name, status: 'opaque', reasons: [why], layers: 0, parameters: null }
      }
      const { trainable, total } = countParameters(graph.model)
      const parameters = { trainable: dimensionText(trainable), total: dimensionText(total) }
      return {
        file,
        target: name,
        status: 'traced',
        reasons: [],
        layers: graph.model.layers.length,
        parameters,
      }
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [{ file, target: '', status: 'crashed', reasons: [message], layers: 0, parameters: null }]
  }
}
