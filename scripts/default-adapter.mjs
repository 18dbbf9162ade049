// npm run default-adapter: trains and packs packages/backbone-nafnet-tiny and packages/adapter-nafnet-tiny.
// About an hour on two cores. Continues from files in out/default-adapter.
import { build, install } from './install.mjs';

install();
build();
const { makeDefaultAdapter } = await import('./default-adapter/make.mjs');
await makeDefaultAdapter(console.log);
