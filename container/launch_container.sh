#!/usr/bin/env bash
# launch_container.sh [OPTION…] [--] [COMMAND…]: starts this project's dev container and runs COMMAND in it. Sets up
# what it needs on the way: the host's tools (as root on Debian and Ubuntu), npm packages, the build of dist/cli.cjs.
# Everything it says goes to stderr; stdout is COMMAND's. Works from any directory, and in bash 3.2 (macOS).
# Exit codes: COMMAND's, or those of docs/reference/exit-codes.md; 3 when the host lacks a tool.
set -Eeuo pipefail

script=${0##*/}
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cli=$root/dist/cli.cjs

trap 'on_error "$?" "$LINENO" "${FUNCNAME[0]:-main}" "$BASH_COMMAND"' ERR
on_error() {
  [ "$BASH_SUBSHELL" -eq 0 ] || exit "$1"
  printf 'sygaldry: error: %s:%s (%s): exit status %s from: %s\n' "$script" "$2" "$3" "$1" "${4%%$'\n'*}" >&2
  [ "$1" -ge 128 ] || exit 1
  exit "$1"
}

usage() {
  cat <<'TEXT'
usage: launch_container.sh [OPTION…] [--] [COMMAND [ARGUMENT…]]

Builds the dev container if needed, starts it, and runs COMMAND in it; without one, an interactive shell.

  --config FILE       another sygaldry.yaml
  --project-id ID     another project id
  --entrypoint NAME   pass COMMAND to container/entrypoints/NAME.sh: default, spack-install, spack-build, uv-install,
                      hf-download, run-job or verify-gpu
  --image NAME, --gpu auto|on|off, --storage-root FOLDER, and what else `sygaldry launch --help` lists: passed on
                      (a further option with a value as --option=value)
  --help              this text

Environment: SYGALDRY_PROJECT_ID, SYGALDRY_IMAGE, SYGALDRY_GPU, SYGALDRY_CONTAINER_ROOT, SYGALDRY_ENTRYPOINT,
             BAZEL_VERSION, PYTHON_VERSION, RUST_VERSION, GO_VERSION, SPACK_VERSION, UV_VERSION
TEXT
}

main() {
  parse_arguments "$@"
  prepare_host
  if ! is_ready; then make_ready; fi
  exec node "$cli" launch ${launch_arguments[@]+"${launch_arguments[@]}"}
}

# Sets $launch_arguments: the same, with -- before the command, so that the command's options stay its own.
parse_arguments() {
  launch_arguments=()
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --) break ;;
      --config | --project-id | --image | --gpu | --storage-root | --entrypoint)
        if [ $# -lt 2 ]; then
          printf 'sygaldry: error: %s: %s needs a value\n' "$script" "$1" >&2
          usage >&2
          exit 2
        fi
        launch_arguments+=("$1" "$2")
        shift
        ;;
      -*) launch_arguments+=("$1") ;;
      *)
        set -- -- "$@"
        break
        ;;
    esac
    shift
  done
  launch_arguments+=("$@")
}

# Root on Debian can repair the host; anybody else learns from the command line itself what the engine lacks.
prepare_host() {
  if command -v node >/dev/null && command -v npm >/dev/null && ! is_repairable; then return; fi
  local status=0
  if [ ! -e "$root/tools/setup-host.sh" ]; then
    command -v node >/dev/null || die 3 "Node.js is not installed: Sygaldry needs 20.12 or newer"
    return
  fi
  "$root/tools/setup-host.sh" >&2 || status=$?
  hash -r
  [ "$status" -eq 0 ] || exit "$status"
}

is_repairable() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  ! command -v git >/dev/null || ! command -v debootstrap >/dev/null || ! engine_answers
}

engine_answers() {
  [ -n "${DOCKER_HOST:-}" ] || [ -S /run/podman/podman.sock ] || docker version >/dev/null 2>&1
}

# An installed npm package has no sources and is complete.
is_ready() {
  [ -e "$root/build/bundle.mjs" ] || return 0
  [ -e "$cli" ] && has_packages && ! has_newer_sources
}

has_packages() {
  local installed=$root/node_modules/.package-lock.json
  [ -e "$installed" ] || return 1
  [ ! "$root/package-lock.json" -nt "$installed" ] ||
    cmp -s "$root/package-lock.json" "$root/node_modules/.sygaldry-lock"
}

# Folders count too: their time changes when a file in them goes.
has_newer_sources() {
  local newer
  newer=$(cd "$root" && find package.json package-lock.json tsconfig.json build extension templates container \
    -newer "$cli" -print 2>/dev/null | head -n 1) || true
  [ -n "$newer" ]
}

# One launch at a time makes it ready, the others wait and find it done.
make_ready() {
  check_node
  mkdir -p "$root/.cache"
  take_lock "$root/.cache/launch.lock"
  if ! has_packages; then install_packages; fi
  if ! is_ready; then build; fi
  release_lock "$root/.cache/launch.lock"
}

check_node() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a * 100 + b < 2012 ? 1 : 0)' ||
    die 3 "Node.js $(node --version) is too old: Sygaldry needs 20.12 or newer (see tools/setup-host.sh --check)"
}

# The lock is the open file, so that it goes with this process; without flock (macOS) a directory with its id.
take_lock() {
  exec 9>"$1"
  if command -v flock >/dev/null; then
    flock -n 9 || {
      say "another launch is building Sygaldry; waiting for it"
      flock 9
    }
    return
  fi
  until mkdir "$1.d" 2>/dev/null; do
    if kill -0 "$(cat "$1.d/pid" 2>/dev/null || echo $$)" 2>/dev/null; then sleep 1; else rm -rf "$1.d"; fi
  done
  echo $$ >"$1.d/pid"
}

release_lock() {
  exec 9>&-
  rm -rf "$1.d"
}

install_packages() {
  say "installing npm packages"
  run_npm ci --no-audit --no-fund --loglevel=error
  cp "$root/package-lock.json" "$root/node_modules/.sygaldry-lock"
}

# The result is dated at the start: a source saved meanwhile makes it stale.
build() {
  local started=$root/node_modules/.sygaldry-build
  say "building the command line"
  : >"$started"
  run_npm run --silent build
  touch -r "$started" "$cli"
}

run_npm() {
  local status=0
  (cd "$root" && npm "$@") >&2 9>&- || status=$?
  [ "$status" -eq 0 ] || die 1 "npm $1 failed with exit status $status in $root: see its messages above"
}

die() {
  printf 'sygaldry: error: %s:%s (%s): %s\n' "$script" "${BASH_LINENO[0]}" "${FUNCNAME[1]:-main}" "$2" >&2
  exit "$1"
}

say() { printf 'sygaldry: %s\n' "$*" >&2; }

main "$@"
