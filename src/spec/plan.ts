import type { ConfigEntry } from '../graph/model.js'
import type { LayerDefinition } from '../library/layer.js'
import type { Span } from '../text/source.js'
import type { Citation } from './spec.js'

/** A layer that a spec states: it may be applied in several places. */
export interface PlannedLayer {
  readonly id: number
  readonly name: string
  /** Whether the author gave the name. */
  readonly named: boolean
  readonly definition: LayerDefinition
  readonly config: Readonly<Record<string, ConfigEntry>>
  readonly span: Span
  readonly statement: string
  readonly citation?: Citation
}

/** One application: which layer reads which values. A value is the name of an input or of an application. */
export interface PlannedApplication {
  readonly layer: PlannedLayer
  readonly inputs: readonly string[]
  readonly output: string
  readonly span: Span
}

/** A model's structure as the spec states it, without tensors. */
export interface Plan {
  readonly inputs: readonly {
    readonly name: string
    readonly shape: readonly ConfigEntry['value'][]
    readonly dtype: string
    readonly span: Span
  }[]
  readonly applications: readonly PlannedApplication[]
  /** Output name → value. */
  readonly outputs: readonly { readonly name: string; readonly value: string; readonly span: Span }[]
}
