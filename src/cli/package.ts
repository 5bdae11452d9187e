import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the installed package: the nearest one upwards that has a package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

/** The file of a spec that ships, by its name. */
export function bundledSpec(name: string): string | undefined {
  if (!/^[a-z0-9-]+$/.test(name)) return undefined
  const path = join(packageRoot(), 'specs', `${name}.yaml`)
  return existsSync(path) ? path : undefined
}

/** The names of the specs that ship. */
export function bundledSpecs(): readonly string[] {
  return readdirSync(join(packageRoot(), 'specs'))
    .filter(name => name.endsWith('.yaml'))
    .map(name => name.slice(0, -'.yaml'.length))
}

/** A file of the example that `demo` checks. */
export function demoFile(name: string): string {
  return join(packageRoot(), 'docs', 'demo', name)
}

/** The documentation page of a finding code. */
export function findingPage(code: string): string {
  return join(packageRoot(), 'docs', 'findings', `${code}.md`)
}

/** The program that runs model code, and does nothing else. */
export function experimentProgram(): string {
  return join(packageRoot(), 'dist', 'experiment-process.js')
}

/** The style sheet of mathematics, with its fonts in it. */
export function mathStyle(): string {
  return readFileSync(join(packageRoot(), 'dist', 'katex.css'), 'utf8')
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    readonly version: string
  }
  return version
}
