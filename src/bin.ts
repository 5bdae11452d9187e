#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { requireCompiled } from './cli/compiled.js'

// A reader that has seen enough, such as `head`, is no defect, and does not change the verdict.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const path = fileURLToPath(new URL('./command-line.cjs', import.meta.url))
const { main } = requireCompiled(path) as typeof import('./cli/main.js')
process.exitCode = await main(process.argv.slice(2))
