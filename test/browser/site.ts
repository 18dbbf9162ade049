import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

export interface Site {
  /** Address with a trailing slash. */
  readonly url: string;
  close(): void;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
};

/** Serves a folder on loopback, with some files from elsewhere and the given headers. */
export async function openSite(
  folder: string,
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Site> {
  const { files = {}, headers = {} } = options;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = files[pathname] ?? join(folder, pathname === '/' ? 'index.html' : pathname);
    const found = existsSync(path) && statSync(path).isFile();
    const type = types[extname(path)] ?? 'application/octet-stream';
    response.writeHead(found ? 200 : 404, { ...headers, 'content-type': type });
    response.end(found ? readFileSync(path) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  };
}

/** The headers that a page needs for threads. */
export const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const;
