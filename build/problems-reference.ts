import { acceptedTexts } from '../src/experiment/fit.js'
import type { Problem } from '../src/experiment/problem.js'
import { families } from '../src/experiment/problems/table.js'

/** What families of problems are about. */
const titles: Readonly<Record<keyof typeof families, string>> = {
  regression: 'Regression',
  classification: 'Classification',
  memory: 'Memory, for recurrent networks',
  sequences: 'Sequences, for attention',
  images: 'Images, for convolutions',
  latent: 'Latent variables, for variational autoencoders',
  graphs: 'Graphs, for graph networks',
  decisions: 'Decisions, for reinforcement learning',
  representation: 'Representations, for contrastive learning',
  generation: 'Generation, for generators and discriminators',
  teaching: 'Any model with a spec',
}

/** What the page about problems is made of. */
export const problemsReference = Object.entries(families).map(([family, members]) => ({
  title: titles[family as keyof typeof families],
  problems: Object.entries<Problem>(members).map(([name, problem]) => ({
    name,
    title: problem.title,
    asks: problem.asks,
    fits: acceptedTexts(problem.accepts),
    letters: Object.entries(problem.letters ?? {}),
    derivation: problem.derivation.trim(),
    source: problem.source,
  })),
}))
