import { serve } from './execution/main.js'

serve()
