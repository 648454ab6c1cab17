# What spack-install and spack-build share; source lib.sh first.
# shellcheck shell=bash disable=SC2034

fresh=false
environments=()
install_arguments=()

# The project's build cache: a directory, or a URL (oci://, https://, s3://). Nothing in it is signed.
buildcache=${SYGALDRY_SPACK_BUILDCACHE:-/opt/bazel_cache/spack_buildcache}
buildcache_options=()

# Sets $fresh, $environments and $install_arguments from [ENV_DIR…] [--fresh] [-- ARGUMENT…].
parse_spack_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --fresh) fresh=true ;;
      --)
        shift
        install_arguments=("$@")
        break
        ;;
      -*) usage_error "unknown option $1 (options of 'spack install' come after --)" ;;
      *) environments+=("$1") ;;
    esac
    shift
  done
}

find_spack() {
  PATH=$PATH:${SPACK_ROOT:-/opt/spack_src}/bin
  need spack "set tools.spack in sygaldry.yaml, then run \`sygaldry up\` on the host"
}

# Makes $environments absolute; by default the nearest spack.yaml from here upwards, else spack/tools.
resolve_environments() {
  local i
  if [ "${#environments[@]}" -eq 0 ]; then environments=("$(default_environment)"); fi
  for i in "${!environments[@]}"; do
    [ -f "${environments[i]}/spack.yaml" ] ||
      fail 4 "no ${environments[i]}/spack.yaml" "name a directory that holds a spack.yaml"
    environments[i]=$(cd -- "${environments[i]}" && pwd)
  done
}

default_environment() {
  local directory=$PWD
  while [ -n "$directory" ] && [ ! -f "$directory/spack.yaml" ]; do directory=${directory%/*}; done
  printf '%s\n' "${directory:-$workspace/spack/tools}"
}

# concretize DIR: a spack.lock is kept as it is, unless --fresh was given.
concretize() {
  if $fresh; then
    log "solving $1 anew"
    spack -e "$1" concretize --force --fresh
  elif [ ! -f "$1/spack.lock" ]; then
    log "solving $1 (it has no spack.lock)"
    spack -e "$1" concretize
  fi
}

# Sets $buildcache_options: makes Spack know the cache under the name `sygaldry`, for one call. A password stays in its
# variable.
name_buildcache() {
  case $buildcache in
    *[\'\"[:space:]]*) fail 2 "SYGALDRY_SPACK_BUILDCACHE holds a quote or a blank" "name another directory or URL" ;;
    /* | *://*) ;;
    *) buildcache=$PWD/$buildcache ;;
  esac
  buildcache_options=(-c "mirrors:sygaldry:url:'$buildcache'" -c mirrors:sygaldry:signed:false)
  if [ -n "${SYGALDRY_SPACK_BUILDCACHE_USER:-}" ] && [ -n "${SYGALDRY_SPACK_BUILDCACHE_PASSWORD:-}" ]; then
    buildcache_options+=(
      -c mirrors:sygaldry:access_pair:id_variable:SYGALDRY_SPACK_BUILDCACHE_USER
      -c mirrors:sygaldry:access_pair:secret_variable:SYGALDRY_SPACK_BUILDCACHE_PASSWORD
    )
  fi
}

# A directory that nobody has pushed to yet is no cache.
has_buildcache() {
  case $buildcache in
    *://*) ;;
    *) [ -f "$buildcache/v3/layout.json" ] ;;
  esac
}

# Without the password that a URL may hold.
shown_buildcache() {
  local rest=${buildcache#*://}
  case $buildcache in
    *://*@*) printf '%s\n' "${buildcache%%://*}://${rest#*@}" ;;
    *) printf '%s\n' "$buildcache" ;;
  esac
}
