#!/bin/sh
# Rendered by Sygaldry from sygaldry.yaml; change that file and run `sygaldry render`.
# Runs on the host before the container is built or started (initializeCommand): makes the storage folders, writes what
# the build must know of this host into .devcontainer/host/ (never committed), and makes the base image where it is not pulled.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$here/host"

# fail CODE MESSAGE NEXT
fail() {
  printf 'sygaldry: error[%s]: %s\nsygaldry: next: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

# write NAME: standard input becomes host/NAME, untouched when it is the same already (the build cache looks at it).
write() {
  temporary="$here/host/.$1.$$"
  cat >"$temporary"
  if cmp -s "$temporary" "$here/host/$1"; then rm -f "$temporary"; else mv -f "$temporary" "$here/host/$1"; fi
}

docker=${SYGALDRY_DOCKER:-docker}
uid=$(id -u)
gid=$(id -g)
if [ "$uid" != 0 ] && "$docker" info 2>/dev/null | grep -qx '[[:space:]]*rootless'; then
  uid=0 gid=0 # The root of a rootless engine is this user.
fi
printf '%s %s\n' "$uid" "$gid" | write user

# The mirrors that this machine's own configuration names, for settings that say `host`.
apt_mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '
    /^[ \t]*#/ { next }
    $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^(https?|file):/) { if ($i ~ /\/(debian|ubuntu)\/?$/) { print $i; exit } break } }
    tolower($1) == "uris:" { for (i = 2; i <= NF; i++) if ($i ~ /\/(debian|ubuntu)\/?$/) { print $i; exit } }'
}
python_index() {
  for value in "${UV_DEFAULT_INDEX:-}" "${UV_INDEX_URL:-}" "${PIP_INDEX_URL:-}"; do
    if [ -n "$value" ]; then printf '%s\n' "$value" && return; fi
  done
  cat "${XDG_CONFIG_HOME:-$HOME/.config}/pip/pip.conf" "$HOME/.pip/pip.conf" /etc/pip.conf 2>/dev/null |
    sed -n 's/^[ \t]*index[-_]url[ \t]*=[ \t]*//p' | head -n 1
}
npm_registry() {
  if [ -n "${npm_config_registry:-}" ]; then printf '%s\n' "$npm_config_registry" && return; fi
  cat "$HOME/.npmrc" /etc/npmrc 2>/dev/null | sed -n 's/^[ \t]*registry[ \t]*=[ \t]*//p' | head -n 1
}
# Credentials in a URL would end up in the image; a NETRC build secret carries them instead.
without_credentials() { sed 's#://[^/@]*@#://#'; }
{
  printf 'HOST_APT=%s\n' "$(apt_mirror | without_credentials)"
  printf 'HOST_PYTHON=%s\n' "$(python_index | without_credentials)"
  printf 'HOST_NPM=%s\n' "$(npm_registry | without_credentials)"
} | write mirrors

make_folder() {
  mkdir -p "$1" 2>/dev/null ||
    fail SYG-STORAGE "the storage folder $1 cannot be made" "Set SYGALDRY_CONTAINER_ROOT (or storage.root in sygaldry.yaml) to a folder you can write to."
  [ -z "${SYGALDRY_CONTAINER_ROOT:-}" ] || return 0
  # Every user of this machine can make folders there first, and put into a home what the next one runs.
  for own in "${1%/*}" "$1"; do
    if [ ! -O "$own" ] || [ -L "$own" ]; then
      fail SYG-STORAGE "the storage folder $own is somebody else's or a link" "Set SYGALDRY_CONTAINER_ROOT to a folder of your own."
    fi
  done
}
root=${SYGALDRY_CONTAINER_ROOT:-/var/tmp/sygaldry}
if [ ! -d "$root" ] && mkdir -p "$root" 2>/dev/null; then chmod 1777 "$root" 2>/dev/null || :; fi
make_folder "${SYGALDRY_CONTAINER_ROOT:-/var/tmp/sygaldry}"/sygaldry/monorepo_home
make_folder "${SYGALDRY_CONTAINER_ROOT:-/var/tmp/sygaldry}"/sygaldry/spack_store
make_folder "${SYGALDRY_CONTAINER_ROOT:-/var/tmp/sygaldry}"/sygaldry/bazel_cache
make_folder "${SYGALDRY_CONTAINER_ROOT:-/var/tmp/sygaldry}"/sygaldry/hf_cache
make_folder "${SYGALDRY_CONTAINER_ROOT:-/var/tmp/sygaldry}"/sygaldry/config
make_folder "${SYGALDRY_CONTAINER_ROOT:-/var/tmp/sygaldry}"/sygaldry/logs
