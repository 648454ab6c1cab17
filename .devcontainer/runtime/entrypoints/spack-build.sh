#!/usr/bin/env bash
# The entrypoint `spack-build`: builds Spack environments from source and fills a build cache with the result.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=spack-lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/spack-lib.sh"

usage() {
  cat <<'TEXT'
usage: spack-build.sh [--fresh] [ENV_DIR…] [-- ARGUMENT…]

Builds what each environment lacks from source, never from a build cache, then pushes it unsigned to the build cache.
Environments, --fresh and ARGUMENTs: as in spack-install.

Environment: SYGALDRY_SPACK_BUILDCACHE  directory or URL to push to (/opt/bazel_cache/spack_buildcache)
             SYGALDRY_SPACK_BUILDCACHE_USER, SYGALDRY_SPACK_BUILDCACHE_PASSWORD  for a registry that asks
TEXT
}

build_env() {
  concretize "$1"
  log "building $1 from source"
  spack -e "$1" install --no-cache "${install_arguments[@]}"
  log "pushing $1 to $(shown_buildcache)"
  spack -e "$1" "${buildcache_options[@]}" buildcache push --unsigned --update-index sygaldry
}

make_buildcache() {
  case $buildcache in
    *://*) ;;
    *) mkdir -p -- "$buildcache" ;;
  esac
}

parse_spack_arguments "$@"
enter_workspace
find_spack
resolve_environments
make_buildcache
name_buildcache
for environment in "${environments[@]}"; do build_env "$environment"; done
