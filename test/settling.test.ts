import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { reach } from '../src/experiment/problem.js'
import { randomOf } from '../src/experiment/random.js'
import { hasArrived, isFalling, looks } from '../src/experiment/settling.js'

const levels = { bound: { loss: 1, of: '' }, baseline: { loss: 2, of: '' } }

/** The losses of as many looks, by the part of the steps that have been taken, from a little above 0 to 1. */
const losses = (at: (part: number) => number) => Array.from({ length: looks }, (_, i) => at((i + 1) / looks))

describe('a run falls', () => {
  test('if its loss would come within reach in as many steps again', () => {
    expect(
      isFalling(
        losses(part => 2 - 0.6 * part),
        levels,
      ),
    ).toBe(true)
    // Powers of the steps, as losses often are, and an exponential that is halfway.
    expect(
      isFalling(
        losses(part => 1 + 0.2 / part),
        levels,
      ),
    ).toBe(true)
    expect(
      isFalling(
        losses(part => 1 + Math.exp(-2 * part)),
        levels,
      ),
    ).toBe(true)
    // A plateau that ends at last.
    expect(
      isFalling(
        losses(part => 1.9 - Math.max(0, part - 0.8)),
        levels,
      ),
    ).toBe(true)
  })

  test('not if it has settled, comes down too slowly, rises or is there', () => {
    expect(
      isFalling(
        losses(() => 1.6),
        levels,
      ),
    ).toBe(false)
    expect(
      isFalling(
        losses(part => 1.6 + 0.4 * Math.exp(-10 * part)),
        levels,
      ),
    ).toBe(false)
    expect(
      isFalling(
        losses(part => 2 - 0.1 * part),
        levels,
      ),
    ).toBe(false)
    expect(
      isFalling(
        losses(part => 1.2 + 0.6 * part),
        levels,
      ),
    ).toBe(false)
    expect(
      isFalling(
        losses(part => 1 + Math.max(0, 0.9 - 2 * part)),
        levels,
      ),
    ).toBe(false)
  })

  test('not by the noise of what is measured, unless it ends near to what reaches', () => {
    const random = randomOf(7)
    for (let run = 0; run < 200; run++)
      expect(
        isFalling(
          losses(() => 1.6 + 0.02 * random.normal()),
          levels,
        ),
      ).toBe(false)
  })

  test('neither before there are looks nor with what is not a number', () => {
    expect(isFalling([], levels)).toBe(false)
    expect(isFalling([3, 2], levels)).toBe(false)
    expect(
      isFalling(
        losses(() => Number.NaN),
        levels,
      ),
    ).toBe(false)
  })
})

test('what has arrived is within reach and gains little', () => {
  const loss = fc.double({ min: 0.5, max: 3, noNaN: true })
  fc.assert(
    fc.property(fc.array(loss, { maxLength: 5 }), own => {
      const [before, last] = own.slice(-2)
      const has = hasArrived(own, levels)
      if (before === undefined || last === undefined || last > reach(levels)) expect(has).toBe(false)
      else expect(has).toBe(before - last < 0.02)
    }),
  )
})

test('what may go on to below the bound never has', () => {
  expect(hasArrived([1.01, 1.01], levels)).toBe(true)
  expect(hasArrived([1.01, 1.01], { ...levels, below: 'it sees what it should not' })).toBe(false)
})
