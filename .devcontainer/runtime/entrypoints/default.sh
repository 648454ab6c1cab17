#!/usr/bin/env bash
# The entrypoint `default`: the given command as it is, else a login shell.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: default.sh [--] [COMMAND [ARGUMENT…]]

Runs COMMAND with exactly these arguments in its place; without one, a login shell.
TEXT
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
  --) shift ;;
esac
[ $# -gt 0 ] || set -- bash --login
exec -- "$@"
