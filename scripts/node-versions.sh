#!/usr/bin/env bash
# Has every version of Node that Fabulist is tested on tell the fable on the native engine, with one trained model.
#
#   scripts/node-versions.sh [VERSION...]      (default: 22 24 26, about 10 seconds; the native engine must be installed)
set -euo pipefail
cd "$(dirname "$0")/.."

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
story=(src/cli/index.ts story had a general --json --engine native --data "$data")

# The Node that is installed trains the model; the others read it.
expected=$(node --import ./scripts/typescript.mjs "${story[@]}" | node -p 'JSON.parse(fs.readFileSync(0)).continuation.join(" ")')
versions=("$@")
[ $# -gt 0 ] || versions=(22 24 26)
for version in "${versions[@]}"; do
  # The package gets its Node by an install script, which this project's .npmrc would skip without a word.
  node=(npx --yes --ignore-scripts=false --package "node@$version" node)
  name=$("${node[@]}" --version)
  if [[ $name != "v$version."* ]]; then
    echo "Node $version was asked for and $name came." >&2
    exit 1
  fi
  told=$("${node[@]}" --import ./scripts/typescript.mjs "${story[@]}" | node -p 'JSON.parse(fs.readFileSync(0)).continuation.join(" ")')
  if [[ $told != "$expected" ]]; then
    echo "Node $name tells something else: $told" >&2
    exit 1
  fi
  echo "Node $name tells the same story on the native engine."
done
