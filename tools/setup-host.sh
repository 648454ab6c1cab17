#!/usr/bin/env bash
# setup-host.sh [--check] [--with PACKAGES]: makes this machine able to build and start dev containers. It needs
# Node.js and npm, git, curl, CA certificates, debootstrap, a Docker client and an engine that answers. As root on
# Debian and Ubuntu it installs what is missing from the distribution and starts dockerd; elsewhere it says what is
# missing. Running it again does nothing. Exit codes: 0 ready, 1 an installation failed, 2 usage, 3 something is missing.
set -Eeuo pipefail

script=${0##*/}
least_node=20.12
docker_log=${SYGALDRY_DOCKERD_LOG:-/var/log/sygaldry-dockerd.log}
check=false
extra=()
missing=()
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

trap 'on_error "$?" "$LINENO" "${FUNCNAME[0]:-main}" "$BASH_COMMAND"' ERR
on_error() {
  [ "$BASH_SUBSHELL" -eq 0 ] || exit "$1"
  printf 'sygaldry: error: %s:%s (%s): exit status %s from: %s\n' "$script" "$2" "$3" "$1" "${4%%$'\n'*}" >&2
  exit 1
}

usage() {
  cat <<'TEXT'
usage: setup-host.sh [--check] [--with PACKAGES]…

Checks for what Sygaldry needs on a host; as root on Debian or Ubuntu, installs it and starts the Docker engine.

  --check          only report
  --with PACKAGES  further apt packages, separated by commas or spaces
TEXT
}

main() {
  parse_arguments "$@"
  if ! $check && can_install; then
    hold_lock "$@"
    install_packages
    if ! engine_answers; then start_engine; fi
  fi
  report
}

parse_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --check) check=true ;;
      --with=*) add_extra "${1#*=}" ;;
      --with)
        [ $# -ge 2 ] || usage_error "--with needs package names"
        add_extra "$2"
        shift
        ;;
      *) usage_error "unknown argument $1" ;;
    esac
    shift
  done
}

add_extra() {
  local package
  for package in ${1//,/ }; do
    [[ $package =~ ^[a-z0-9][a-z0-9+.-]*$ ]] || usage_error "'$package' is not the name of an apt package"
    extra+=("$package")
  done
}

can_install() { [ "$(id -u)" -eq 0 ] && is_debian; }

is_debian() {
  command -v apt-get >/dev/null && grep -Eq '^(ID|ID_LIKE)=.*(debian|ubuntu)' /etc/os-release
}

# Two at once would fail on apt's locks. flock keeps the lock to itself: a daemon started here does not inherit it.
hold_lock() {
  if [ -n "${SYGALDRY_SETUP_LOCKED:-}" ] || ! command -v flock >/dev/null; then return; fi
  SYGALDRY_SETUP_LOCKED=1 exec flock --close /run/sygaldry-setup-host.lock bash "${BASH_SOURCE[0]}" "$@"
}

install_packages() {
  local packages=() package
  command -v git >/dev/null || packages+=(git)
  command -v curl >/dev/null || packages+=(curl)
  command -v debootstrap >/dev/null || packages+=(debootstrap)
  [ -e /etc/ssl/certs/ca-certificates.crt ] || packages+=(ca-certificates)
  if lacks_docker; then packages+=(docker.io); fi
  for package in ${extra[@]+"${extra[@]}"}; do is_installed "$package" || packages+=("$package"); done
  if [ "${#packages[@]}" -eq 0 ] && ! needs_node; then return; fi
  apt-get update -qq >&2
  if needs_node && distribution_has_node; then packages+=(nodejs npm); fi
  if [ "${#packages[@]}" -eq 0 ]; then return; fi
  say "installing ${packages[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
  hash -r
}

# A client alone will do where it reaches an engine, or is told to use another host's.
lacks_docker() {
  command -v docker >/dev/null || return 0
  [ -z "${DOCKER_HOST:-}" ] && ! command -v dockerd >/dev/null && ! engine_answers
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true) == installed ]]; }

needs_node() { ! has_node || ! command -v npm >/dev/null; }

has_node() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  at_least "$least_node" "${version#v}"
}

# A Node.js of another origin is not replaced by the distribution's.
distribution_has_node() {
  local candidate
  ! command -v node >/dev/null || return 1
  candidate=$(apt-cache policy nodejs | sed -n 's/^ *Candidate: *\([0-9.]*\).*/\1/p')
  [ -n "$candidate" ] && at_least "$least_node" "$candidate"
}

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

engine_answers() { docker info >/dev/null 2>&1; }

# A remote engine is for its own host to start.
start_engine() {
  [ -z "${DOCKER_HOST:-}" ] && command -v dockerd >/dev/null || return 0
  say "starting the Docker engine"
  if start_service && wait_for_engine 30; then return; fi
  setsid dockerd >>"$docker_log" 2>&1 </dev/null &
  wait_for_engine 60 $! || say "dockerd did not come up: $(grep -i failed "$docker_log" | tail -n 1) (see $docker_log)"
}

start_service() {
  if [ -d /run/systemd/system ]; then
    systemctl start docker >&2
  else
    [ -x /etc/init.d/docker ] && service docker start >&2
  fi
}

# wait_for_engine SECONDS [PROCESS]: fails at once when the process has ended.
wait_for_engine() {
  local end=$((SECONDS + $1))
  until engine_answers; do
    [ "$SECONDS" -lt "$end" ] && kill -0 "${2:-$$}" 2>/dev/null || return 1
    sleep 0.5
  done
}

report() {
  check_node
  check_tool git "$(install_hint git)"
  check_tool curl "$(install_hint curl)"
  if [ "$(uname)" = Linux ]; then check_tool debootstrap "$(install_hint debootstrap)"; fi
  check_engine
  local package
  for package in ${extra[@]+"${extra[@]}"}; do
    if is_debian && ! is_installed "$package"; then missing+=("$package|$(install_hint "$package")"); fi
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  printf 'sygaldry: error: %s: this machine lacks:\n' "$script" >&2
  for package in "${missing[@]}"; do printf '  %s\n    next: %s\n' "${package%%|*}" "${package#*|}" >&2; done
  exit 3
}

check_node() {
  if ! needs_node; then return; fi
  local found
  found=$(node --version 2>/dev/null) || found=none
  if [ "$found" != none ] && has_node; then found="$found without npm"; fi
  missing+=("Node.js >= $least_node with npm (found: $found)|$(node_hint)")
}

node_hint() {
  if command -v npm >/dev/null; then
    printf 'npm install --global node@22, or a package of Node.js 20 or newer from the Node.js project or your site'
  else
    printf '%s' "install Node.js 20 or newer: from Debian 13 or Ubuntu 25.04 on with apt-get install nodejs npm, before" \
      " that from an archive or apt repository of the Node.js project, or what your site offers"
  fi
}

check_tool() {
  command -v "$1" >/dev/null || missing+=("$1|$2")
}

check_engine() {
  local answer
  if ! command -v docker >/dev/null; then
    missing+=("a Docker client and engine|$(install_hint docker.io)")
  elif ! engine_answers; then
    answer=$(docker version 2>&1 >/dev/null | head -n 1) || true
    missing+=("a Docker engine that answers (${answer:-docker info fails})|$(engine_hint "$answer")")
  fi
}

engine_hint() {
  case $1 in
    *denied*) printf 'sudo usermod -aG docker %s, then log in again' "$(id -un)" ;;
    *) if [ "$(uname)" = Linux ]; then
      printf 'sudo systemctl start docker (without systemd: sudo dockerd)'
    else
      printf 'start Docker Desktop, or the engine that you use'
    fi ;;
  esac
}

install_hint() {
  if is_debian; then
    printf 'sudo apt-get install %s' "$1"
  else
    printf 'install %s with the package manager of this system' "${1%.io}"
  fi
}

usage_error() {
  printf 'sygaldry: error: %s: %s\n' "$script" "$1" >&2
  usage >&2
  exit 2
}

say() { printf 'sygaldry: %s\n' "$*" >&2; }

main "$@"
