#!/usr/bin/env node
import { main } from './github/main.js'

const { code, text } = await main(process.argv.slice(2), process.env)
;(code === 0 ? process.stdout : process.stderr).write(text)
process.exitCode = code
