import { describeKind } from '../src/library/config-values.js'
import { commonKeys } from '../src/library/layers/keys.js'
import { layerFamilies } from '../src/library/layers/table.js'

/** What the page about the layers is made of. */
export const layersReference = { families: layerFamilies, common: commonKeys, describe: describeKind }
