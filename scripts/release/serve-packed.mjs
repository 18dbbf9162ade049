import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/**
 * Starts a registry with only the packed packages, for `@pip-graft:registry` of an .npmrc; returns
 * its address and `close`.
 */
export async function servePacked(packed) {
  const server = createServer(({ url = '', headers: { host } }, response) => {
    const path = decodeURIComponent(url);
    const one = packed.find(({ name }) => path === `/${name}`);
    const file = packed.find(({ tarball }) => path === `/-/${basename(tarball)}`);
    if (file !== undefined) response.end(readFileSync(file.tarball));
    else if (one !== undefined) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packument(one, `http://${host}`)));
    } else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** A registry's answer about a package. */
function packument({ name, manifest, tarball }, address) {
  const { version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  const dist = { tarball: `${address}/-/${basename(tarball)}`, integrity };
  return {
    name,
    'dist-tags': { latest: version },
    // Yarn does not install packages published within the last day.
    time: { [version]: '2026-01-01T00:00:00.000Z' },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
  };
}
