import { ExperimentFailure, type Failure } from '../experiment/failures.js'

/** Names that only browsers have. */
const ofBrowsers =
  /\b(document|window|navigator|location|localStorage|sessionStorage|requestAnimationFrame|HTMLElement|HTMLCanvasElement|HTMLImageElement|Image|OffscreenCanvas|XMLHttp[A-Z]\w+|alert|self) is not defined\b/

/** Why code does not run, by what it threw. Places are those of its own files, which have no absolute path. */
export function failureFrom(thrown: unknown): Failure {
  if (thrown instanceof ExperimentFailure) return thrown.failure
  const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown
  const message = String(isError ? thrown.message : thrown).split('\n')[0]!
  const { stack, code, name } = (isError ? thrown : {}) as Partial<NodeJS.ErrnoException>
  const place = placeIn(stack)
  const where = place && { place }
  if (code === 'ERR_ACCESS_DENIED') {
    const { permission, resource } = thrown as { readonly permission?: string; readonly resource?: string }
    return { kind: 'denied', values: { message: [permission, resource].filter(Boolean).join(' ') }, ...where }
  }
  if (ofBrowsers.test(message)) return { kind: 'browser', values: { message }, ...where }
  if (name === 'SyntaxError') return { kind: 'syntax', values: { message }, ...where }
  return { kind: 'throws', values: { message: message || 'without a message' }, ...where }
}

/** The first place in a stack that is in the code of the user: files of a package or of Node have absolute names. */
function placeIn(stack: string | undefined): Failure['place'] {
  for (const line of stack?.split('\n') ?? []) {
    const [, path, row, column] =
      /(?:^|\(|at )((?:\.\.\/)*[^\s():/][^():]*):(\d+)(?::(\d+))?\)?$/.exec(line) ?? []
    if (path !== undefined && !path.startsWith('node')) {
      return { path, line: Number(row), column: Number(column ?? 1) }
    }
  }
  return undefined
}

/** Whether a backend has no implementation of an op (tfjs-core/src/engine.ts). */
export function lacksKernel(thrown: unknown): string | undefined {
  const message = thrown instanceof Error ? thrown.message : ''
  return /^Kernel '(\w+)' not registered for backend/.exec(message)?.[1]
}
