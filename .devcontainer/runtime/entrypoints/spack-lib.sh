# What spack-install and spack-build share; source lib.sh first.
# shellcheck shell=bash disable=SC2034

fresh=false
environments=()
install_arguments=()

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
