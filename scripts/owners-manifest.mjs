/** The members of a package.json that packing keeps: those that say where a package comes from. */
export function ownersManifest(name) {
  return {
    homepage: `https://github.com/pip-graft/pip-graft/tree/main/packages/${name}#readme`,
    bugs: 'https://github.com/pip-graft/pip-graft/issues',
    repository: {
      type: 'git',
      url: 'git+https://github.com/pip-graft/pip-graft.git',
      directory: `packages/${name}`,
    },
    publishConfig: { access: 'public', provenance: true },
  };
}
