import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platform } from 'node:os';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { externalLocations, GraftError } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import { findModel } from '@pip-graft/restore';
import type { Command } from 'commander';
import { define, run } from '../pipeline/run.ts';

/** Default model, if it is installed. */
const usual = '@pip-graft/restorer';

interface Options {
  readonly open: boolean;
}

export function command(): Command {
  const studio = define(
    'studio',
    'Opens a page to restore images by hand; images stay on this computer',
    ['graft studio', 'graft studio grafted.onnx', 'graft studio grafted.onnx --no-open'],
  )
    .argument(
      '[model]',
      `ONNX file, grafted or not, a package, or hf:owner/name; default: ${usual} if installed`,
    )
    .option('--no-open', 'only print the address');
  return studio.action(
    run<[string | undefined], Options>(async (session, local, { open }) => {
      const model = modelOf(studio.args[0], local, session.cwd);
      const server = await serveStudio(model);
      session.note('The studio runs until Ctrl+C:');
      return {
        json: { url: server.url, model: model?.path ?? null },
        text: server.url,
        isAnswer: true,
        goOn: async () => {
          if (open) openPage(server.url);
          if (!session.signal.aborted) await once(session.signal, 'abort');
          await server.close();
        },
      };
    }),
  );
}

/**
 * The model to serve, or the default model.
 *
 * Errors: `NOT_FOUND`; those of reading the model; `UNSUPPORTED_HOST` for a model in several files.
 *
 * @param asked name as typed: the page shows that of a package or on the model hub, else the path
 * @param local the same as a path
 */
function modelOf(
  asked: string | undefined,
  local: string | undefined,
  cwd: string,
): StudioModel | undefined {
  const path = local === undefined ? installed(cwd) : findModel(local, cwd);
  if (path === undefined) return undefined;
  using opened = openModel(path);
  if (externalLocations(opened.model).size > 0) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${path}: its weights are in other files, which a page cannot read; use a model that is one file.`,
    );
  }
  const named = asked === undefined || asked !== local;
  return { path, name: named ? (asked ?? usual) : relative(cwd, path) };
}

function installed(cwd: string): string | undefined {
  try {
    return findModel(usual, cwd);
  } catch (error) {
    if (error instanceof GraftError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** Folder of the built page. */
const built = fileURLToPath(new URL('../../dist/studio-page/', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
};

/** Headers: the page can reach only this server, and is isolated, so that wasm has threads. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self' blob: data:; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const;

interface StudioModel {
  readonly path: string;
  /** Name that the page shows and uses in its code. */
  readonly name: string;
}

export interface StudioServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page and a model on loopback, on a free port. Requests for other hosts are rejected,
 * so that another site cannot read the model through a name that points here.
 *
 * Errors: `NOT_FOUND` if the page is not built.
 */
export async function serveStudio(
  model: StudioModel | undefined,
  folder: string = built,
): Promise<StudioServer> {
  const files = pageFiles(folder);
  const given = model ? { model: 'model.onnx', name: model.name } : { model: null };
  let host = '';
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const name = path === '/' ? 'index.html' : path.slice(1);
    const file = name === 'model.onnx' ? model?.path : files.get(name);
    const refused = refusal(request, host) ?? (file === undefined ? 404 : undefined);
    if (refused !== undefined) response.writeHead(refused, headers).end();
    else if (name !== 'studio.json') send(request, response, name, file!);
    else {
      response.writeHead(200, { ...headers, 'content-type': types['.json'] });
      response.end(JSON.stringify(given));
    }
  };
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Status for a request that is rejected; undefined for an accepted one. */
function refusal({ headers, method }: IncomingMessage, host: string): number | undefined {
  if (headers.host !== host) return 421;
  return method === 'GET' || method === 'HEAD' ? undefined : 405;
}

/** Files of the page by their address; no others are ever opened. */
function pageFiles(folder: string): Map<string, string> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return new Map(
      paths.map((path) => [relative(folder, path).replaceAll(sep, '/').replace(/\.br$/, ''), path]),
    );
  } catch (cause) {
    throw new GraftError('NOT_FOUND', `${folder}: the page is not built; run npm run build.`, {
      cause,
    });
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  file: string,
): void {
  const type = types[extname(name)] ?? 'application/octet-stream';
  const compressed = file.endsWith('.br');
  const asIs = compressed && /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const encoding = asIs ? { 'content-encoding': 'br' } : {};
  const source = createReadStream(file);
  source.once('error', () => {
    if (!response.headersSent) response.writeHead(404, headers).end();
  });
  source.once('open', () => {
    response.writeHead(200, { ...headers, 'content-type': type, ...encoding });
    if (request.method === 'HEAD') {
      response.end();
      source.destroy();
      return;
    }
    const decoders = compressed && !asIs ? [createBrotliDecompress()] : [];
    // Closes the file if the page goes away, and ends the response if the file cannot be read.
    pipeline([source, ...decoders, response], () => {});
  });
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address in the user's browser, if there is one; the address is also printed. */
function openPage(url: string, system: NodeJS.Platform = platform()): void {
  const [command, ...rest] = openers[system] ?? ['xdg-open'];
  const child = spawn(command, [...rest, url], { detached: true, stdio: 'ignore' });
  // Without a desktop there is no browser.
  child.once('error', () => {});
  child.unref();
}
