# Sygaldry's part of every interactive bash in the container; sourced from /etc/profile.d and /etc/bash.bashrc.
# Starts no process, so that a new shell is there at once: Spack is loaded when it is first called.
#
# Environment: SPACK_ROOT (/opt/spack_src), SYGALDRY_WORKSPACE (/workspace), SYGALDRY_ENTRYPOINTS
#              (/usr/local/lib/sygaldry/runtime/entrypoints), SYGALDRY_PROJECT_ID, and
#              SYGALDRY_PATH    directories that PATH must have; a login shell's /etc/profile drops the image's PATH
#              SYGALDRY_PROMPT  text shown before the prompt instead of the project id; empty for none
# shellcheck shell=bash

[ -n "${BASH_VERSION:-}" ] || return 0
[ -z "${__sygaldry_shell:-}" ] || return 0
__sygaldry_shell=1

__sygaldry_path() {
  local - IFS=: directory missing=
  set -f
  for directory in ${SYGALDRY_PATH-${SPACK_ROOT:-/opt/spack_src}/bin}; do
    if [[ :$PATH: != *:"$directory":* ]]; then missing+=$directory:; fi
  done
  PATH=$missing$PATH
}
__sygaldry_path
unset -f __sygaldry_path

# Secrets that are to be environment variables (sygaldry.yaml: as: env); with-secrets.sh does the same for commands.
for __sygaldry_file in /run/secrets/env/*; do
  [ -r "$__sygaldry_file" ] && export "${__sygaldry_file##*/}=$(<"$__sygaldry_file")"
done
unset -v __sygaldry_file

__sygaldry_fail() {
  printf 'sygaldry: error: %s\n' "$*" >&2
}

# Replaces the stub below by Spack's own function. Spack exports it: shells started from here have it already.
__sygaldry_load_spack() {
  local root=${SPACK_ROOT:-/opt/spack_src}
  if [ ! -r "$root/share/spack/setup-env.sh" ]; then
    __sygaldry_fail "there is no Spack at $root: set tools.spack in sygaldry.yaml, then run \`sygaldry up\` on the host"
    return 127
  fi
  unset -f spack
  # shellcheck disable=SC1091
  . "$root/share/spack/setup-env.sh" || true
  declare -F spack >/dev/null && return
  __sygaldry_fail "$root/share/spack/setup-env.sh defined no function spack"
  return 127
}

if ! declare -F spack >/dev/null; then
  spack() {
    __sygaldry_load_spack && spack "$@"
  }
fi

# Takes a tenth of the time that Spack needs: the variables are computed from the lock and the view. Spack is asked, once,
# for what only a package's recipe can tell. Fails without a word where the command or the environment's lock is not there.
__sygaldry_activate() {
  local code
  [ -f "$1/spack.lock" ] && command -v sygaldry >/dev/null || return
  code=$(sygaldry spack activate --exact needed -- "$1" 2>/dev/null) || return
  eval "$code"
}

# Lets uv know which Python packages the active Spack environment has; without one, takes back what it set before.
# spack-env-activate runs it; run it too after `spack env deactivate` and after an install into the environment.
configure_uv_spack() {
  [ -n "${SPACK_ENV:-}${SYGALDRY_UV:-}" ] && command -v uv >/dev/null && command -v sygaldry >/dev/null || return 0
  local code
  code=$(sygaldry python env) || return
  eval "$code"
}

# spack-env-activate [DIR|NAME]: by default the nearest spack.yaml from here upwards, else the workspace's.
spack-env-activate() {
  local target=${1:-} workspace=${SYGALDRY_WORKSPACE:-/workspace} candidate
  case $target in
    -h | --help)
      printf 'usage: spack-env-activate [DIR|NAME]\n'
      return 0
      ;;
    '')
      candidate=$PWD
      while [ -n "$candidate" ] && [ ! -f "$candidate/spack.yaml" ]; do candidate=${candidate%/*}; done
      for candidate in "${candidate:-/}" "$workspace" "$workspace/spack/tools"; do
        if [ -f "$candidate/spack.yaml" ]; then
          target=$candidate
          break
        fi
      done
      if [ -z "$target" ]; then
        __sygaldry_fail "no spack.yaml in $PWD or above, nor in $workspace: name an environment or its directory"
        return 1
      fi
      ;;
  esac
  if [ -f "$target/spack.yaml" ]; then
    __sygaldry_activate "$target" || spack env activate -d "$target" || return
  elif [[ $target == */* || $target == . || $target == .. ]]; then
    __sygaldry_fail "$target holds no spack.yaml"
    return 1
  else
    spack env activate "$target" || return
  fi
  configure_uv_spack
}

__sygaldry_entrypoint() {
  local name=$1
  shift
  "${SYGALDRY_ENTRYPOINTS:-/usr/local/lib/sygaldry/runtime/entrypoints}/$name.sh" "$@"
}
spack-install() { __sygaldry_entrypoint spack-install "$@"; }
uv-install() { __sygaldry_entrypoint uv-install "$@"; }
hf-download() { __sygaldry_entrypoint hf-download "$@"; }
run-job() { __sygaldry_entrypoint run-job "$@"; }
verify-gpu() { __sygaldry_entrypoint verify-gpu "$@"; }

[[ $- == *i* ]] || return 0

# bash-completion finds this file by itself; without it the first TAB reads it.
if [ -r /usr/local/share/bash-completion/completions/sygaldry ] && ! complete -p sygaldry >/dev/null 2>&1; then
  __sygaldry_complete() {
    complete -r sygaldry
    # shellcheck disable=SC1091
    . /usr/local/share/bash-completion/completions/sygaldry
    return 124
  }
  complete -F __sygaldry_complete sygaldry
fi

# Debian's and Ubuntu's prompts show this variable, so that a PS1 of the user's own is left alone.
if [ -z "${debian_chroot:-}" ]; then
  debian_chroot=${SYGALDRY_PROMPT-${SYGALDRY_PROJECT_ID:-}}
fi
