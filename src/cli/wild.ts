import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { exitCodes } from './exit.js'
import { print, reportOptions } from './output.js'
import { UsageError } from './usage.js'
import type { Site, Status } from './wild-file.js'
import { traceFiles, type WildFile } from './wild-workers.js'

const extensions = /\.([cm]?[jt]sx?|html?)$/
const skipped = /^(node_modules|dist|build|vendor|\..*)$|\.min\.[cm]?js$|\.d\.[cm]?ts$/

/** What every file mentions that builds a model, under whatever name it imports TensorFlow.js. */
const mentions = /tensorflow|\btf(js|l)?\b|\blayers\b|\bsequential\b/i

/** Longer files are bundles, which nobody wrote. */
const longest = 1_000_000

const mostReasons = 25

/** `aswritten wild`: traces every TensorFlow.js file below a folder and says how far the trace came. */
export async function wild(
  folder: string,
  { format, seconds: limit }: { readonly format: 'text' | 'json'; readonly seconds: number },
): Promise<number> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`there is no folder \`${folder}\``)
  const start = Date.now()
  const files = filesBelow(folder, folder)
  const sites = (await traceFiles(files, limit)).flat()
  const seconds = (Date.now() - start) / 1000
  const counts = Object.fromEntries(
    (['traced', 'opaque', 'failed', 'crashed'] as const).map(status => [
      status,
      sites.filter(site => site.status === status).length,
    ]),
  ) as Record<Status, number>
  const result: Result = { sites, seconds, files: files.length, counts, reasons: rank(sites) }
  print(format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : textOf(result, reportOptions().width))
  return counts.crashed > 0 ? exitCodes.crash : exitCodes.asWritten
}

interface Result {
  readonly sites: readonly Site[]
  readonly seconds: number
  /** How many files were traced. */
  readonly files: number
  readonly counts: Readonly<Record<Status, number>>
  /** What stands in the way, by the number of sites where it does. */
  readonly reasons: readonly { readonly reason: string; readonly sites: number }[]
}

function filesBelow(folder: string, root: string): readonly WildFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (skipped.test(entry.name)) return []
    if (entry.isDirectory()) return filesBelow(path, root)
    if (!entry.isFile() || !extensions.test(entry.name) || statSync(path).size > longest) return []
    return mentions.test(readFileSync(path, 'utf8'))
      ? [{ path, file: relative(root, path).split(sep).join('/') }]
      : []
  })
}

function rank(sites: readonly Site[]): Result['reasons'] {
  const counts = new Map<string, number>()
  for (const { reasons } of sites)
    for (const reason of new Set(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => ({ reason, sites: count })).sort((a, b) => b.sites - a.sites)
}

function textOf({ sites, seconds, files, counts, reasons }: Result, width: number): string {
  const rows = sites.map(({ status, layers, parameters, file, target, reasons: [reason] }) => {
    const total = parameters?.total.toLocaleString('en') ?? ''
    const size = parameters ? `${String(layers).padStart(6)}  ${cut(total, 16).padStart(16)}` : ' '.repeat(24)
    const place = `${status.padEnd(7)}  ${size}  ${file}${target && '#'}${target}`
    return reason ? `${place}\n${' '.repeat(35)}${cut(reason, width - 35)}` : place
  })
  return [
    `${'status'.padEnd(7)}  ${'layers'.padStart(6)}  ${'parameters'.padStart(16)}  site`,
    ...rows,
    '',
    `${sites.length} sites in ${files} files: ${counts.traced} traced, ${counts.opaque} opaque, ${counts.failed} failed, ${counts.crashed} crashed, in ${seconds.toFixed(1)} s`,
    ...reasons
      .slice(0, mostReasons)
      .map(({ reason, sites: count }) => `${String(count).padStart(5)}  ${cut(reason, width - 7)}`),
    '',
  ].join('\n')
}

function cut(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}
