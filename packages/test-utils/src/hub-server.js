import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
/** The token that may do everything. */
export const hubToken = 'hf_testtoken';
/**
 * A server that speaks the routes of the Hugging Face Hub which `@huggingface/hub` uses, with large files in a
 * storage of another origin, as the hub has them.
 */
export class HubServer {
  requests = [];
  faults = {};
  #repositories = new Map();
  #objects = new Map();
  #hub = createServer((request, response) => this.#serve('hub', request, response));
  #storage = createServer((request, response) => this.#serve('storage', request, response));
  async start() {
    for (const server of [this.#hub, this.#storage]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return this;
  }
  async close() {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
  get endpoint() {
    return addressOf(this.#hub);
  }
  /** Commits files to a repository, which is made if it is not there. Returns the commit. */
  commit(name, files, { branch = 'main', hidden = false } = {}) {
    const repository = this.#repositories.get(name) ?? {
      refs: new Map(),
      commits: new Map(),
      private: hidden,
    };
    this.#repositories.set(name, repository);
    const content = new Map(
      Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes)]),
    );
    return commitTo(repository, branch, content);
  }
  /** The files at the tip of a branch. */
  files(name, branch = 'main') {
    const repository = this.#repositories.get(name);
    return repository?.commits.get(repository.refs.get(branch) ?? '') ?? new Map();
  }
  /** Paths that were requested since the last call, with their methods. */
  taken() {
    return this.requests.splice(0).map(({ method, path }) => `${method} ${path}`);
  }
  async #serve(server, request, response) {
    const { method = 'GET', url = '/' } = request;
    const { authorization, range } = request.headers;
    const path = decodeURIComponent(url.replace(/\?.*$/, ''));
    const asked = { server, method, path, authorization, range };
    this.requests.push(asked);
    const body = await bodyOf(request);
    const answer = server === 'hub' ? this.#answer(asked, body) : this.#store(asked, body);
    const { status = 200, headers = {}, content = new Uint8Array(), cutAt } = answer;
    // A connection that is kept may be closed by one side as the other uses it: on a busy machine it is.
    const length = content.length;
    response.writeHead(status, { ...headers, 'content-length': length, connection: 'close' });
    if (cutAt === undefined || content.length <= cutAt) response.end(content);
    // The connection goes once the client has the beginning.
    else response.write(content.subarray(0, cutAt), () => setTimeout(() => response.destroy(), 50));
  }
  #answer(request, body) {
    const { method, path, authorization } = request;
    if (this.faults.status !== undefined) return failed(this.faults.status);
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
      const { paths } = JSON.parse(String(body));
      const { entry = (given) => given } = this.faults;
      return json(paths.flatMap((each) => entryOf(each, files) ?? []).map((each) => entry(each)));
    }
    if (verb === 'resolve') return this.#resolve(files, file, commit, request.range);
    if (!trusted) return failed(401);
    if (verb === 'preupload') {
      const { files: sent } = JSON.parse(String(body));
      const modeOf = (each) => (isLarge(each) ? 'lfs' : 'regular');
      return json({
        files: sent.map((each) => ({ path: each.path, uploadMode: modeOf(each.path) })),
      });
    }
    if (method !== 'POST' || verb !== 'commit') return failed(404);
    const commitOid = this.#receive(repository, revision, files, String(body));
    return json({ success: true, commitOid, commitUrl: '', hookOutput: '' });
  }
  #create(body) {
    const { organization, name, visibility } = JSON.parse(String(body));
    const made = { refs: new Map(), commits: new Map(), private: visibility === 'private' };
    this.#repositories.set(`${organization}/${name}`, made);
    commitTo(made, 'main', new Map([['.gitattributes', Buffer.from('')]]));
    return json({ url: `${this.endpoint}/${organization}/${name}`, id: '1' });
  }
  #resolve(files, path, commit, range) {
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
  #store({ method, path, range }, body) {
    const digest = path.slice(1);
    if (method === 'PUT') {
      this.#objects.set(digest, body);
      return {};
    }
    const { content = (bytes) => bytes, cutAt, ranges = true } = this.faults;
    const bytes = content(this.#objects.get(digest) ?? new Uint8Array());
    return { ...ranged(bytes, ranges ? range : undefined), cutAt };
  }
  #batch({ objects }) {
    const storage = addressOf(this.#storage);
    const actions = (oid) =>
      this.#objects.has(oid) ? {} : { actions: { upload: { href: `${storage}/${oid}` } } };
    return json({
      transfer: 'basic',
      objects: objects.map(({ oid, size }) => ({ oid, size, ...actions(oid) })),
    });
  }
  #receive(repository, branch, before, body) {
    const files = new Map(before);
    for (const line of body.split('\n')) {
      const { key, value } = JSON.parse(line);
      if (key === 'file') files.set(value.path, Buffer.from(value.content, value.encoding));
      if (key === 'lfsFile') files.set(value.path, this.#objects.get(value.oid));
      if (key === 'deletedFile') files.delete(value.path);
    }
    return commitTo(repository, branch, files);
  }
}
function commitTo(repository, branch, files) {
  const hash = createHash('sha1').update(`${repository.commits.size}`);
  for (const [path, bytes] of files) hash.update(path).update(bytes);
  const commit = hash.digest('hex');
  repository.commits.set(commit, files);
  repository.refs.set(branch, commit);
  return commit;
}
function entryOf(path, files) {
  const bytes = files.get(path);
  if (!bytes) return undefined;
  const size = bytes.length;
  if (!isLarge(path)) return { type: 'file', path, size, oid: gitDigest(bytes) };
  const lfs = { oid: sha256(bytes), size, pointerSize: 130 };
  return { type: 'file', path, size, oid: gitDigest(Buffer.from(lfs.oid)), lfs };
}
function isLarge(path) {
  return /\.(safetensors|onnx|data|bin)$/.test(path);
}
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
function gitDigest(bytes) {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
function ranged(bytes, range, headers = {}) {
  if (range === undefined) return { headers, content: bytes };
  const from = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
  const part = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  const content = bytes.subarray(from);
  return { status: 206, headers: { ...headers, 'content-range': part }, content };
}
function json(value) {
  const headers = { 'content-type': 'application/json' };
  return { headers, content: Buffer.from(JSON.stringify(value)) };
}
function failed(status, code) {
  const headers = code === undefined ? {} : { 'x-error-code': code };
  return { ...json({ error: 'no' }), status, headers };
}
async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}
function addressOf(server) {
  return `http://127.0.0.1:${server.address().port}`;
}
