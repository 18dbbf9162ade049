#!/bin/sh
# Joins the parts beside this script into TARGET/pip-graft-cuda, after comparing their digests.
# Needs sh, tar, and gzip and sha256sum or python3 in their place. No network, no node.
#   sh reassemble.sh [TARGET]      default: this folder
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:-$here}"
target=$(cd "${1:-$here}" && pwd)/pip-graft-cuda
cd "$here"

while read -r digest name; do
  if [ ! -f "$name" ]; then echo "$name: this part is missing." >&2; exit 1; fi
  if command -v sha256sum >/dev/null; then seen=$(sha256sum "$name"); else
    seen=$(python3 -c 'import hashlib,sys; print(hashlib.sha256(open(sys.argv[1],"rb").read()).hexdigest())' "$name"); fi
  if [ "${seen%% *}" != "$digest" ]; then echo "$name: it is not what it was; send this part again." >&2; exit 1; fi
done < SHA256SUMS

rm -rf "$target" && mkdir -p "$target/bin"
if command -v gzip >/dev/null; then cat node.gz.* | gzip -dc > "$target/bin/node"; else
  cat node.gz.* | python3 -c 'import gzip,shutil,sys; shutil.copyfileobj(gzip.open(sys.stdin.buffer), sys.stdout.buffer)' > "$target/bin/node"; fi
chmod +x "$target/bin/node"
# tar's end and node's are both looked at: a pipe's status is only that of its last program.
cat bundle.tar.br.* | { "$target/bin/node" -e 'require("stream").pipeline(process.stdin, require("zlib").createBrotliDecompress(), process.stdout, (error) => { if (error) { console.error(error.message); process.exit(1); } })' || touch "$target/.failed"; } | tar -xf - -C "$target"
if [ -e "$target/.failed" ] || [ ! -e "$target/manifest.json" ]; then echo "the parts could not be unpacked." >&2; exit 1; fi
echo "$target: ready; run $target/check.sh"
