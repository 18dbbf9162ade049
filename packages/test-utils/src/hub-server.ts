import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Files = ReadonlyMap<string, Uint8Array>;

interface Repository {
  /** Commit of each branch and tag. */
  readonly refs: Map<string, string>;
  readonly commits: Map<string, Files>;
  readonly private: boolean;
}

/** A request to the server. */
export interface HubRequest {
  readonly server: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Uint8Array;
  /** Bytes after which the connection is dropped. */
  readonly cutAt?: number | undefined;
}

/** How the next answers go wrong. */
export interface HubFaults {
  /** Bytes after which the storage drops a connection. */
  cutAt?: number | undefined;
  /** What the storage answers in place of a file. */
  content?: (bytes: Uint8Array) => Uint8Array;
  /** Whether the storage knows ranges; `wrong` for one that answers with another part. */
  ranges?: boolean | 'none of them' | 'wrong';
  /** What is listed in place of a file's entry. */
  entry?: (entry: Record<string, unknown>) => Record<string, unknown>;
  /** Status of every answer of the hub, and the code in its header. */
  status?: number;
  code?: string;
}

/** A token with all rights. */
export const hubToken = 'hf_testtoken';

/**
 * A server with those routes of the Hugging Face Hub that `@huggingface/hub` uses. Like the hub, it
 * keeps large files in a storage of another origin.
 */
export class HubServer {
  readonly requests: HubRequest[] = [];
  faults: HubFaults = {};
  readonly #repositories = new Map<string, Repository>();
  readonly #objects = new Map<string, Uint8Array>();
  readonly #hub = createServer((request, response) => this.#serve('hub', request, response));
  readonly #storage = createServer((request, response) =>
    this.#serve('storage', request, response),
  );

  async start(): Promise<this> {
    for (const server of [this.#hub, this.#storage]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return this;
  }

  async close(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  /** Commits files to a repository, created if it does not exist. Returns the commit. */
  commit(
    name: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    { branch = 'main', hidden = false }: { branch?: string; hidden?: boolean } = {},
  ): string {
    const repository = this.#repositories.get(name) ?? {
      refs: new Map(),
      commits: new Map(),
      private: hidden,
    };
    this.#repositories.set(name, repository);
    const content = new Map(
      Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes)] as const),
    );
    return commitTo(repository, branch, content);
  }

  /** The files at the tip of a branch. */
  files(name: string, branch = 'main'): Files {
    const repository = this.#repositories.get(name);
    return repository?.commits.get(repository.refs.get(branch) ?? '') ?? new Map();
  }

  /** Paths requested since the last call, with their methods. */
  taken(): string[] {
    return this.requests.splice(0).map(({ method, path }) => `${method} ${path}`);
  }

  async #serve(
    server: 'hub' | 'storage',
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const { authorization, range } = request.headers;
    const path = decodeURIComponent(url.replace(/\?.*$/, ''));
    const asked = { server, method, path, authorization, range };
    this.requests.push(asked);
    const body = await bodyOf(request);
    const answer = server === 'hub' ? this.#answer(asked, body) : this.#store(asked, body);
    const { status = 200, headers = {}, content = new Uint8Array(), cutAt } = answer;
    // On a busy machine, one side may close a kept connection while the other uses it.
    const length = content.length;
    response.writeHead(status, { ...headers, 'content-length': length, connection: 'close' });
    if (cutAt === undefined || content.length <= cutAt) response.end(content);
    // Drops the connection once the client has the beginning.
    else response.write(content.subarray(0, cutAt), () => setTimeout(() => response.destroy(), 50));
  }

  #answer(request: HubRequest, body: Buffer): Answer {
    const { method, path, authorization } = request;
    if (this.faults.status !== undefined) return failed(this.faults.status, this.faults.code);
    const trusted = authorization === `Bearer ${hubToken}`;
    if (authorization !== undefined && !trusted) return failed(401);
    if (path === '/api/repos/create') return trusted ? this.#create(body) : failed(401);
    const [, , name = '', rest = ''] =
      /^(\/api\/models)?\/([^/]+\/[^/]+?)(?:\.git)?(\/.*)?$/.exec(path) ?? [];
    const repository = this.#repositories.get(name);
    if (!repository || (repository.private && !trusted))
      return failed(trusted ? 404 : 401, 'RepoNotFound');
    const [, verb = '', revision = '', file = ''] = /^\/([^/]+)\/([^/]+)\/?(.*)$/.exec(rest) ?? [];
    if (rest === '') return json({ _id: '1', id: name });
    if (rest === '/info/lfs/objects/batch') return this.#batch(JSON.parse(String(body)));
    const commit = repository.refs.get(revision) ?? revision;
    const files = repository.commits.get(commit);
    if (!files) return failed(404, 'RevisionNotFound');
    if (verb === 'revision')
      return json({ _id: '1', id: name, sha: commit, lastModified: '2026-01-01' });
    if (verb === 'paths-info') {
      const { paths } = JSON.parse(String(body)) as { paths: string[] };
      const { entry = (given) => given } = this.faults;
      return json(
        paths
          .flatMap((each) => entryOf(each, files) ?? [])
          .map((each): unknown => entry(each as Record<string, unknown>)),
      );
    }
    if (verb === 'resolve') return this.#resolve(files, file, commit, request.range);
    if (!trusted) return failed(401);
    if (verb === 'preupload') {
      const { files: sent } = JSON.parse(String(body)) as { files: { path: string }[] };
      const modeOf = (each: string) => (isLarge(each) ? 'lfs' : 'regular');
      return json({
        files: sent.map((each) => ({ path: each.path, uploadMode: modeOf(each.path) })),
      });
    }
    if (method !== 'POST' || verb !== 'commit') return failed(404);
    const commitOid = this.#receive(repository, revision, files, String(body));
    return json({ success: true, commitOid, commitUrl: '', hookOutput: '' });
  }

  #create(body: Buffer): Answer {
    const { organization, name, visibility } = JSON.parse(String(body));
    const made = { refs: new Map(), commits: new Map(), private: visibility === 'private' };
    this.#repositories.set(`${organization}/${name}`, made);
    commitTo(made, 'main', new Map([['.gitattributes', Buffer.from('')]]));
    return json({ url: `${this.endpoint}/${organization}/${name}`, id: '1' });
  }

  #resolve(files: Files, path: string, commit: string, range: string | undefined): Answer {
    const bytes = files.get(path);
    if (!bytes) return failed(404, 'EntryNotFound');
    const headers = { 'x-repo-commit': commit };
    if (!isLarge(path)) return ranged(bytes, range, { ...headers, etag: `"${gitDigest(bytes)}"` });
    const digest = sha256(bytes);
    this.#objects.set(digest, bytes);
    const location = `${addressOf(this.#storage)}/${digest}`;
    const linked = { 'x-linked-etag': `"${digest}"`, 'x-linked-size': String(bytes.length) };
    return { status: 302, headers: { ...headers, ...linked, location } };
  }

  #store({ method, path, range }: HubRequest, body: Buffer): Answer {
    const digest = path.slice(1);
    if (method === 'PUT') {
      this.#objects.set(digest, body);
      return {};
    }
    const { content = (bytes) => bytes, cutAt, ranges = true } = this.faults;
    const bytes = content(this.#objects.get(digest) ?? new Uint8Array());
    if (range !== undefined && ranges === 'none of them') return failed(416);
    const part = ranges === 'wrong' ? range && 'bytes=1-' : range;
    return { ...ranged(bytes, ranges ? part : undefined), cutAt };
  }

  #batch({ objects }: { objects: { oid: string; size: number }[] }): Answer {
    const storage = addressOf(this.#storage);
    const actions = (oid: string) =>
      this.#objects.has(oid) ? {} : { actions: { upload: { href: `${storage}/${oid}` } } };
    return json({
      transfer: 'basic',
      objects: objects.map(({ oid, size }) => ({ oid, size, ...actions(oid) })),
    });
  }

  #receive(repository: Repository, branch: string, before: Files, body: string): string {
    const files = new Map(before);
    for (const line of body.split('\n')) {
      const { key, value } = JSON.parse(line);
      if (key === 'file') files.set(value.path, Buffer.from(value.content, value.encoding));
      if (key === 'lfsFile') files.set(value.path, this.#objects.get(value.oid) as Uint8Array);
      if (key === 'deletedFile') files.delete(value.path);
    }
    return commitTo(repository, branch, files);
  }
}

function commitTo(repository: Repository, branch: string, files: Files): string {
  const hash = createHash('sha1').update(`${repository.commits.size}`);
  for (const [path, bytes] of files) hash.update(path).update(bytes);
  const commit = hash.digest('hex');
  repository.commits.set(commit, files);
  repository.refs.set(branch, commit);
  return commit;
}

function entryOf(path: string, files: Files): Record<string, unknown> | undefined {
  const bytes = files.get(path);
  if (!bytes) return undefined;
  const size = bytes.length;
  if (!isLarge(path)) return { type: 'file', path, size, oid: gitDigest(bytes) };
  const lfs = { oid: sha256(bytes), size, pointerSize: 130 };
  return { type: 'file', path, size, oid: gitDigest(Buffer.from(lfs.oid)), lfs };
}

function isLarge(path: string): boolean {
  return /\.(safetensors|onnx|data|bin)$/.test(path);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function gitDigest(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function ranged(
  bytes: Uint8Array,
  range: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  if (range === undefined) return { headers, content: bytes };
  const from = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
  const part = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  const content = bytes.subarray(from);
  return { status: 206, headers: { ...headers, 'content-range': part }, content };
}

function json(value: unknown): Answer {
  const headers = { 'content-type': 'application/json' };
  return { headers, content: Buffer.from(JSON.stringify(value)) };
}

function failed(status: number, code?: string): Answer {
  const headers = code === undefined ? {} : { 'x-error-code': code };
  return { ...json({ error: 'no' }), status, headers };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
