import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { ToyOutcome } from '../src/experiment/outcome.js'
import { trainedModels } from './toy-models/cases.js'

/*
 * Runs `aswritten toy` with the models of test/toy-models/ on all problems, or on those that are named, and writes what comes
 * of it to test/toy-models/trained.json, from which `npm run docs` makes the tables of docs/problems.md.
 */

const path = 'test/toy-models/trained.json'

/** In seconds for one model: enough for machines that do other things meanwhile. */
const budget = 900

const named = process.argv.slice(2)
const known = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
let isRight = true

const inOrder = (rows: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.keys(trainedModels).flatMap(name => (name in rows ? [[name, rows[name]]] : [])))

for (const [problem, models] of Object.entries(trainedModels)) {
  if (named.length > 0 && !named.includes(problem)) continue
  known[problem] = models.map(({ target, fault, spec, verdict: expected }) => {
    const args = ['toy', `test/toy-models/${target}`, '--problem', problem, ...(spec ? ['--spec', spec] : [])]
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['dist/bin.js', ...args, '--backend', 'wasm', '--budget', String(budget), '--format', 'json'],
      { encoding: 'utf8' },
    )
    const outcome = stdout.startsWith('{') ? (JSON.parse(stdout).results[0] as ToyOutcome) : undefined
    if (!outcome?.training?.model.decision) throw new Error(`${args.join(' ')}\n${stdout}${stderr}`)
    const { runs, decision } = outcome.training.model
    const counts = runs.map(({ steps }) => steps)
    const row = {
      target,
      ...(fault !== undefined && { fault }),
      verdict: outcome.verdict,
      loss: decision.losses.median,
      reached: decision.reached,
      runs: runs.length,
      steps: [Math.min(...counts), Math.max(...counts)],
      seconds: Math.round(runs.reduce((sum, { seconds }) => sum + seconds, 0)),
    }
    const { open } = outcome.training
    console.log(
      problem,
      JSON.stringify(row),
      open ?? '',
      row.verdict === expected ? '' : `EXPECTED ${expected}`,
    )
    isRight &&= row.verdict === expected
    return row
  })
  writeFileSync(path, `${JSON.stringify(inOrder(known), null, 2)}\n`)
}
process.exitCode = isRight ? 0 : 1
