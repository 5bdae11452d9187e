/** How code is run where nothing else is said. Seconds are those of a training, and of building a model. */
export const usualRun = { seed: 1, seeds: 12, budget: 180, memory: 2048 } as const
