import { testAlgorithms } from './support/algorithm-tests.js'

testAlgorithms('test/cases/algorithms/images.md')
