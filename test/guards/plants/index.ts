import { auditPlants } from './audit.ts'
import { keyPlants } from './keys.ts'
import { objectPlants } from './objects.ts'
import { rightPlants } from './rights.ts'
import { sensitivePlants } from './sensitive.ts'
import { sealedPlants } from './sealed.ts'

export { sound } from './sound.ts'
export const plants = [
  ...rightPlants,
  ...keyPlants,
  ...objectPlants,
  ...auditPlants,
  ...sensitivePlants,
  ...sealedPlants,
]
