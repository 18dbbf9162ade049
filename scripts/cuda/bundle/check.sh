#!/bin/sh
# Runs the check with the node carried here. Arguments go to it: check.sh --minutes 8 --resume
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Libraries that the bundle carries itself, where it was made with them.
if [ -d "$here/libraries" ]; then
  LD_LIBRARY_PATH="$here/libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export LD_LIBRARY_PATH
fi
exec "$here/bin/node" "$here/scripts/cuda/check.mjs" "$@"
