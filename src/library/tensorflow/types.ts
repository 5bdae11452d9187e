import type { HostType } from '../../trace/host.js'
import { type HostObject, isObject, type Value } from '../../trace/value.js'
import type { LayerState, ModelState, SettingState, TensorState } from './state.js'

/** The kinds of objects of TensorFlow.js, told apart by identity. Their members are filled in where they are defined. */
interface Kinds {
  readonly tensor: HostType<TensorState>
  readonly layer: HostType<LayerState>
  readonly model: HostType<ModelState>
  readonly setting: HostType<SettingState>
}

type Members<Name extends keyof Kinds> = { -readonly [Key in keyof Kinds[Name]]: Kinds[Name][Key] } & {
  members: Record<string, Kinds[Name]['members'][string]>
}

export const tensorType: Members<'tensor'> = {
  name: 'Tensor',
  members: {},
  missing: 'tensors of TensorFlow.js 4.22 do not have it',
}
export const layerType: Members<'layer'> = { name: 'Layer', members: {} }
export const modelType: Members<'model'> = { name: 'LayersModel', members: {} }
export const settingType: Members<'setting'> = { name: 'Setting', members: {}, outlivesCalls: () => true }

const is = <State>(value: Value, type: HostType<State>): value is HostObject<State> =>
  isObject(value) &&
  value.kind === 'host' &&
  (value.type as HostType<unknown>) === (type as HostType<unknown>)

export const isTensor = (value: Value): value is HostObject<TensorState> =>
  is(value, tensorType as HostType<TensorState>)
export const isLayer = (value: Value): value is HostObject<LayerState> =>
  is(value, layerType as HostType<LayerState>)
export const isModel = (value: Value): value is HostObject<ModelState> =>
  is(value, modelType as HostType<ModelState>)
export const isSetting = (value: Value): value is HostObject<SettingState> =>
  is(value, settingType as HostType<SettingState>)

/** The layer behind `tf.input`, which only declares a shape. */
export const isInputLayer = (value: Value): value is HostObject<LayerState> =>
  isLayer(value) && value.state.className === 'InputLayer'
