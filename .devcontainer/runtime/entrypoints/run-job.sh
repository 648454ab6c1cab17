#!/usr/bin/env bash
# The entrypoint `run-job`: a command as a job that Sygaldry keeps watch over.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: run-job.sh NAME -- COMMAND [ARGUMENT…]

Runs COMMAND, exactly as given, as the job NAME (`sygaldry job run --attach`), and ends as it does.
TEXT
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
[ $# -ge 1 ] || usage_error "expected NAME -- COMMAND"
name=$1
[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || usage_error "'$name' is not a job name ([A-Za-z0-9][A-Za-z0-9._-]*)"
[ "${2:-}" = -- ] || usage_error "expected -- after the name"
shift 2
[ $# -gt 0 ] || usage_error "no command given"

enter_workspace
need sygaldry "run \`sygaldry up\` on the host: the image carries the command"
sygaldry job run --help >/dev/null 2>&1 ||
  fail 3 "this version of sygaldry has no jobs" "update sygaldry on the host and run \`sygaldry up\`"
exec sygaldry job run --attach --name "$name" -- "$@"
