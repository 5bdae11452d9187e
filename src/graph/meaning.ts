/** What an axis counts. */
export type AxisMeaning = 'batch' | 'time' | 'depth' | 'height' | 'width' | 'channel' | 'feature' | 'head'

/** What the values of a tensor stand for. */
export type Role =
  /** A score of any size, before it is normalised. */
  | 'logit'
  | 'probability'
  | 'log-probability'
  /** How far apart things are. */
  | 'distance'
  /** Which elements count. */
  | 'mask'
  /** A position in something else. */
  | 'index'
  /** What a model should give. */
  | 'target'

/** The axes of a tensor in order; `…` stands for any number of axes of which nothing is said, at most once. */
export type AxisOrder = readonly (AxisMeaning | '…')[]
