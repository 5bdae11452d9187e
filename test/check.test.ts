import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { catalogue } from '../src/diagnostics/catalogue.js'
import { check } from '../src/pipeline.js'
import { positionAt, sourceFile } from '../src/text/source.js'
import { inMemory } from './support/project.js'

interface Case {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  readonly expected: string
}

/** Sections of a Markdown file with their fences: named ones are files, `text` is what must come out. */
function casesOf(path: string): readonly Case[] {
  return readFileSync(path, 'utf8')
    .split(/^## /m)
    .slice(1)
    .map(section => {
      const files: Record<string, string> = {}
      let expected = ''
      for (const [, language, name, body] of section.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)) {
        if (language === 'text') expected = body!.trim()
        else files[name!] = body!
      }
      return { title: section.split('\n')[0]!, files, expected }
    })
}

const cases = readdirSync('test/cases/check').flatMap(name => casesOf(`test/cases/check/${name}`))

test.each(cases)('$title', ({ files, expected }) => {
  const { comparison, verdict, diagnostics } = check(
    { files: inMemory(files), path: 'model.js', target: 'createModel' },
    sourceFile('spec.yaml', files['spec.yaml']!),
  )
  expect(diagnostics.map(({ message }) => message)).toEqual([])
  const findings = (comparison?.findings ?? []).map(({ diagnostic: { code, span }, accepted }) => {
    const place = span && positionAt(span.file, span.start)
    return `${code} ${span?.file.path}:${place?.line}:${place?.column}${accepted ? ' accepted' : ''}`
  })
  expect([verdict, ...new Set(findings)].join('\n')).toBe(expected)
})

test('every difference has a case', () => {
  const shown = cases.map(({ expected }) => expected).join('\n')
  const differences = Object.entries(catalogue).filter(([, { category }]) => category === 'difference')
  expect(differences.map(([code]) => code).filter(code => !shown.includes(`${code} `))).toEqual([])
})
