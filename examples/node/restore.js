// node restore.js IMAGE RESULT
import { Restorer } from '@pip-graft/restore';

const [image, result] = process.argv.slice(2);
const restorer = await Restorer.open('@pip-graft/restorer');
const restored = await restorer.restore(image, { noise: 1 });
await restored.save(result);
await restorer.close();
