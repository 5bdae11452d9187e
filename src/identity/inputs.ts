import type { Domain } from '../evaluate/domain.js'
import type { Tensor } from '../graph/tensor.js'
import type { DataType } from '../graph/type.js'
import type { Arithmetic } from './arithmetic.js'
import type { Id } from './values.js'

/** Whole numbers below more than this are not tried one by one. */
const mostCases = 64

/** The tensor that stands for all tensors of a domain; the same name is the same tensor. */
export function variableTensor(
  name: string,
  shape: readonly number[],
  dtype: DataType,
  domain: Domain,
  arithmetic: Arithmetic,
): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  const element = elementOf(name, shape, domain, arithmetic)
  return { shape, dtype, data: Float64Array.from({ length: size }, (_, i) => element(i)) }
}

function elementOf(
  name: string,
  shape: readonly number[],
  domain: Domain,
  a: Arithmetic,
): (at: number) => Id {
  switch (domain.kind) {
    case 'real':
      return at => a.values.atom(`leaf ${name} ${at}`)
    case 'interval':
      return at =>
        a.values.atom(`leaf ${name} ${at}`, {
          low: domain.low,
          high: domain.high,
          nonzero: domain.low > 0 || domain.high < 0,
        })
    case 'whole': {
      const { below } = domain
      if (below === undefined || below > mostCases)
        return at => a.values.atom(`leaf ${name} ${at}`, { low: 0, analytic: false })
      const numbers = Array.from({ length: below }, (_, k) => a.number(k))
      return at => a.comparisons.choice(`leaf ${name} ${at}`, numbers)
    }
    case 'one-hot': {
      const classes = shape.at(-1) ?? 1
      return at => {
        const own = at % classes
        const parts = Array.from({ length: classes }, (_, k) => (k === own ? a.one : a.zero))
        return a.comparisons.choice(`leaf ${name} row ${Math.floor(at / classes)}`, parts)
      }
    }
  }
}
