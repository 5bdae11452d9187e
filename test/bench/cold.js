import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import { spreadText, table } from './statistics.js'

/** VGG-16 has 138 million parameters, and TensorFlow.js draws every one of them: a round of it takes a while. */
const models = [
  { title: 'LeNet-5', file: 'test/golden/lenet5/model.ts', spec: 'lenet5-modern', rounds: 11 },
  { title: 'VGG-16', file: 'test/golden/vgg16/model.js', spec: 'vgg16', rounds: 5 },
]

/**
 * The time of whole processes: `check`, and what a user would otherwise run. Each round runs all of them one after the
 * other, so that what else the machine does meets all alike; ratios are taken within a round.
 */
export function coldStart() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    return models.map(model => measure(model, folder)).join('\n\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function measure({ title, file, spec, rounds }, folder) {
  const commands = commandsFor(file, spec, folder)
  const names = Object.keys(commands)
  for (const name of names) run(commands[name], folder)
  const times = Object.fromEntries(names.map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) times[name].push(run(commands[name], folder))
  }
  const [ours] = names
  const rows = names.map(name => [
    name,
    spreadText(times[name]),
    name === ours ? '1' : spreadText(times[name].map((time, round) => time / times[ours][round])),
  ])
  return `### ${title}, ${rounds} rounds\n\n${table(['process', 'seconds', 'times the seconds of check'], rows)}`
}

function commandsFor(file, spec, folder) {
  const copy = join(folder, file.endsWith('.ts') ? 'model.ts' : 'model.js')
  cpSync(file, copy)
  const executed = join(folder, 'executed.cjs')
  writeFileSync(executed, executable(file))
  const options = ['--noEmit', '--skipLibCheck', '--strict', '--types', 'node']
  const modules = ['--module', 'nodenext', '--target', 'es2022', '--allowJs', '--checkJs', 'false']
  return {
    'aswritten check': [resolve('dist/bin.js'), 'check', `${copy}#createModel`, '--spec', spec],
    'tsc --noEmit': [resolve('node_modules/typescript/bin/tsc'), ...options, ...modules, copy],
    'TensorFlow.js, model.summary()': [executed],
  }
}

/** The file as CommonJS, which Node loads faster than the ES modules of TensorFlow.js, with a call at its end. */
function executable(file) {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    loader: file.endsWith('.ts') ? 'ts' : 'js',
    format: 'cjs',
  })
  return `${code}\nmodule.exports.createModel().summary()\n`
}

/** Seconds from the start of a process to its end. */
function run(args, folder) {
  const start = performance.now()
  execFileSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  return (performance.now() - start) / 1000
}
