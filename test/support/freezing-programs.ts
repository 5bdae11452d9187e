import { Choices, indent } from './choices.js'
import type { Program } from './execution.js'

/**
 * Writes programs that freeze layers and models and compile models in some order, as those of adversarial networks do:
 * a critic with or without a model inside of it, on its own and at the end of a whole.
 */
class FreezingWriter extends Choices {
  program(): Program {
    const head = [
      `const first = tf.layers.dense({ units: 3, inputShape: [5]${this.settings()} })`,
      `const second = ${this.layer('2')}`,
      `const inner = ${this.model(['first', 'second'])}`,
      `const third = ${this.layer('7')}`,
      `const critic = ${this.model([this.pick(['inner', 'inner', 'first']), 'third'])}`,
    ]
    const tail = [
      `const maker = tf.sequential({ layers: [tf.layers.dense({ units: 5, inputShape: [2]${this.settings()} })] })`,
      'const x = tf.input({ shape: [2] })',
      'const whole = tf.model({ inputs: x, outputs: critic.apply(maker.apply(x)) })',
    ]
    const before = this.statements(['first', 'second', 'third', 'inner', 'critic'])
    const after = this.statements(['first', 'second', 'third', 'inner', 'critic', 'maker', 'whole'])
    const result = `return ${this.pick(['whole', 'critic', 'inner'])}`
    const body = [...head, ...before, ...tail, ...after, result].join('\n')
    const code = `import * as tf from '@tensorflow/tfjs'\n\nexports.createModel = () => {\n${indent(body)}\n}\n`
    return { code, target: 'createModel' }
  }

  settings(): string {
    return this.once(5) ? ', trainable: false' : ''
  }

  layer(units: string): string {
    return this.pick([
      () => `tf.layers.dense({ units: ${units}${this.settings()} })`,
      () => `tf.layers.batchNormalization({${this.settings().slice(1)} })`,
      () => `tf.layers.dense({ units: ${units}, useBias: false${this.settings()} })`,
    ])()
  }

  model(layers: readonly string[]): string {
    return this.pick([
      () => `tf.sequential({ layers: [${layers.join(', ')}] })`,
      () =>
        `(() => {\n  const x = tf.input({ shape: [5] })\n  return tf.model({ inputs: x, outputs: [${layers.join(', ')}].reduce((y, part) => part.apply(y), x) })\n})()`,
      () =>
        `(() => {\n  const model = tf.sequential()\n  for (const part of [${layers.join(', ')}]) model.add(part)\n  return model\n})()`,
    ])()
  }

  statements(parts: readonly string[]): readonly string[] {
    const models = parts.filter(part => !/first|second|third/.test(part))
    return Array.from({ length: this.choose(5) }, () =>
      this.pick([
        () => `${this.pick(parts)}.trainable = false`,
        () => `${this.pick(parts)}.trainable = ${this.pick(['true', 'false'])}`,
        () => `${this.pick(models)}.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })`,
        () =>
          `for (const layer of ${this.pick(models)}.layers) layer.trainable = ${this.pick(['false', 'true'])}`,
        () =>
          `${this.pick(models)}.layers.slice(${this.pick(['-1', '1', '0, 1'])}).forEach(layer => { layer.trainable = false })`,
        () =>
          `if (${this.pick(models)}.trainable) ${this.pick(parts)}.trainable = ${this.pick(['false', 'true'])}`,
      ])(),
    )
  }
}

export const freezingProgram = (choices: readonly number[]): Program => new FreezingWriter(choices).program()
