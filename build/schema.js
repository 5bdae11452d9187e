// Writes grammar/spec.schema.json, which follows from the tables of layers, losses and optimizers.
import { writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const { outputFiles } = await build({
  entryPoints: ['src/spec/schema.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['browser', 'module', 'main'],
})
const { specSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
)
writeFileSync('grammar/spec.schema.json', `${JSON.stringify(specSchema())}\n`)
