# What the entrypoints share; source it first. An unexpected failure names the script, line and function where it
# happened, and what ran, as written there: no value of a variable is shown.
#
# Exit codes of every entrypoint: 0 done, 1 what was asked for failed, 2 usage, 3 a needed tool is missing,
# 4 the workspace lacks what the command works on, from 128 killed by a signal. `default` and `run-job` end as their
# command does.
# shellcheck shell=bash

set -Eeuo pipefail

workspace=${SYGALDRY_WORKSPACE:-/workspace}
script=${0##*/}

on_error() {
  local status=$1 line=$2 caller=$3 command=$4
  [ "$BASH_SUBSHELL" -eq 0 ] || exit "$status"
  printf 'sygaldry: error: %s:%s (%s): exit status %s from: %s\n' "$script" "$line" "$caller" "$status" \
    "${command%%$'\n'*}" >&2
  [ "$status" -ge 128 ] || status=1
  exit "$status"
}
trap 'on_error "$?" "$LINENO" "${FUNCNAME[0]:-main}" "$BASH_COMMAND"' ERR

log() { printf 'sygaldry: %s\n' "$*" >&2; }

# fail STATUS MESSAGE [NEXT]: ends the script; the message names the script, line and function that called it.
fail() {
  printf 'sygaldry: error: %s:%s (%s): %s\n' "$script" "${BASH_LINENO[0]}" "${FUNCNAME[1]:-main}" "$2" >&2
  if [ $# -gt 2 ]; then printf '  next: %s\n' "$3" >&2; fi
  exit "$1"
}

# usage_error MESSAGE: for scripts that define `usage`.
usage_error() {
  printf 'sygaldry: error: %s: %s\n' "$script" "$1" >&2
  usage >&2
  exit 2
}

# need TOOL NEXT
need() {
  command -v "$1" >/dev/null || fail 3 "$1 is not in this container" "$2"
}

# Relative paths mean the workspace's; a caller that already stands in it stays where it is.
enter_workspace() {
  case $PWD/ in
    "$workspace"/*) ;;
    *) cd "$workspace" 2>/dev/null || fail 4 "no directory $workspace" "set SYGALDRY_WORKSPACE to the workspace" ;;
  esac
}
