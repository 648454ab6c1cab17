#!/bin/sh
# Puts the sygaldry command on PATH (it needs the image's Node) and stores its shell completion.
set -eu

command -v node >/dev/null 2>&1 || {
  printf 'sygaldry: error: the sygaldry command needs Node in the image\n' >&2
  printf 'sygaldry: next: set tools.node, or devcontainer.bundle: false to leave the command out\n' >&2
  exit 65
}
chmod 0755 /usr/local/lib/sygaldry/dist/cli.cjs
ln -sf /usr/local/lib/sygaldry/dist/cli.cjs /usr/local/bin/sygaldry
sygaldry --version >/dev/null
mkdir -p /usr/local/share/bash-completion/completions
sygaldry completion bash >/usr/local/share/bash-completion/completions/sygaldry
