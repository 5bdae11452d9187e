#!/usr/bin/env node
import * as module from 'node:module'

// Since Node 22.1: what is loaded from here on is kept in compiled form, in the system's folder for temporary files.
if ('enableCompileCache' in module) (module.enableCompileCache as () => void)()

// A reader that has seen enough, such as `head`, is no defect, and does not change the verdict.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const { main } = await import('./cli/main.js')
process.exitCode = await main(process.argv.slice(2))
