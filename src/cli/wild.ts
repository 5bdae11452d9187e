import { statSync } from 'node:fs'
import { visible } from '../report/frame.js'
import { cutTo } from '../text/width.js'
import { exitCodes } from './exit.js'
import { modelFilesBelow } from './model-files.js'
import { print, terminalOptions } from './output.js'
import { UsageError } from './usage.js'
import { type Site, type Status, wholeFile } from './wild-file.js'
import { traceFiles } from './wild-workers.js'

const mostReasons = 25

/** `aswritten wild`: traces every TensorFlow.js file below a folder and says how far the trace came. */
export async function wild(
  folder: string,
  { format, seconds: limit }: { readonly format: 'text' | 'json'; readonly seconds: number },
): Promise<number> {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (!found) throw new UsageError(`there is no folder \`${folder}\``)
  if (!found.isDirectory())
    throw new UsageError(
      `\`${folder}\` is a file; \`aswritten equations ${folder}\` reads it, and wild reads a folder`,
    )
  const start = Date.now()
  const { files, unreadable } = modelFilesBelow(folder)
  const progress = progressOn(process.stderr, files.length)
  const traced = await traceFiles(files, folder, limit, progress.step)
  progress.end()
  const refused = unreadable.map(({ file, reason }) =>
    wholeFile(file, 'failed', `file-unreadable: ${reason}`),
  )
  const sites = [...traced.flatMap(file => file.sites), ...refused]
  const seconds = (Date.now() - start) / 1000
  const counts = Object.fromEntries(
    (['traced', 'opaque', 'failed', 'crashed'] as const).map(status => [
      status,
      sites.filter(site => site.status === status).length,
    ]),
  ) as Record<Status, number>
  const [slowest] = traced.toSorted((a, b) => b.seconds - a.seconds)
  const result: Result = {
    sites,
    seconds,
    files: files.length,
    slowest: slowest ? { file: slowest.file, seconds: slowest.seconds } : null,
    counts,
    reasons: rank(sites),
  }
  print(format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : textOf(result, terminalOptions().width))
  return counts.crashed > 0 ? exitCodes.crash : exitCodes.asWritten
}

interface Result {
  readonly sites: readonly Site[]
  readonly seconds: number
  /** How many files were traced. */
  readonly files: number
  /** The file that took longest. */
  readonly slowest: { readonly file: string; readonly seconds: number } | null
  readonly counts: Readonly<Record<Status, number>>
  /** What stands in the way, by the number of sites where it does. */
  readonly reasons: readonly { readonly reason: string; readonly sites: number }[]
}

/** How far it is, on one line of a terminal that is cleared at the end. */
function progressOn(
  stream: NodeJS.WriteStream,
  total: number,
): { readonly step: () => void; readonly end: () => void } {
  if (!stream.isTTY) return { step: () => undefined, end: () => undefined }
  let done = 0
  return {
    step: () => {
      stream.write(`\r${++done} of ${total} files`)
    },
    end: () => {
      stream.write(`\r${' '.repeat(`${total} of ${total} files`.length)}\r`)
    },
  }
}

function rank(sites: readonly Site[]): Result['reasons'] {
  const counts = new Map<string, number>()
  for (const { reasons } of sites)
    for (const reason of new Set(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => ({ reason, sites: count })).sort((a, b) => b.sites - a.sites)
}

function textOf({ sites, seconds, files, slowest, counts, reasons }: Result, width: number): string {
  const rows = sites.map(({ status, layers, parameters, file, target, reasons: [reason] }) => {
    const total = parameters?.total.toLocaleString('en') ?? ''
    const size = parameters
      ? `${String(layers).padStart(6)}  ${cutTo(total, 16).padStart(16)}`
      : ' '.repeat(24)
    const place = `${status.padEnd(7)}  ${size}  ${file}${target && '#'}${target}`
    return reason ? `${place}\n${' '.repeat(35)}${cutTo(inOneLine(reason), width - 35)}` : place
  })
  return [
    `${'status'.padEnd(7)}  ${'layers'.padStart(6)}  ${'parameters'.padStart(16)}  site`,
    ...rows,
    '',
    `${sites.length} sites in ${files} files: ${counts.traced} traced, ${counts.opaque} opaque, ${counts.failed} failed, ${counts.crashed} crashed, in ${seconds.toFixed(1)} s`,
    ...(slowest ? [`slowest file: ${slowest.file}, ${slowest.seconds.toFixed(1)} s`] : []),
    ...reasons
      .slice(0, mostReasons)
      .map(
        ({ reason, sites: count }) => `${String(count).padStart(5)}  ${cutTo(inOneLine(reason), width - 7)}`,
      ),
    '',
  ].join('\n')
}

/** A reason may quote the program: what it quotes must not move or recolour text. */
function inOneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' '))
}
