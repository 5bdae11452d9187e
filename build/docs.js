import { readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { layersPage } from './layers-page.js'
import { opsPage } from './ops-page.js'
import { problemsPage } from './problems-page.js'
import { rulesPage } from './rules-page.js'

/** Writes the pages of the documentation that are made from tables. */
const { outputFiles } = await build({
  stdin: {
    contents:
      "export { opsReference } from './build/ops-reference.ts'; export { layersReference } from './build/layers-reference.ts'; export { problemsReference } from './build/problems-reference.ts'; export { rulesReference } from './build/rules-reference.ts'",
    resolveDir: '.',
  },
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
})
const { opsReference, layersReference, problemsReference, rulesReference } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
)
writeFileSync('docs/ops.md', opsPage(opsReference))
writeFileSync('docs/layers.md', layersPage(layersReference))
const trained = JSON.parse(readFileSync('test/toy-models/trained.json', 'utf8'))
writeFileSync('docs/problems.md', problemsPage(problemsReference, trained))
writeFileSync('docs/rules.md', rulesPage(rulesReference))
