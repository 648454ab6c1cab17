#!/usr/bin/env bash
# The entrypoint `spack-install`: installs Spack environments, from build caches where these have the packages.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=spack-lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/spack-lib.sh"

usage() {
  cat <<'TEXT'
usage: spack-install.sh [--fresh] [ENV_DIR…] [-- ARGUMENT…]

Installs each environment as its spack.lock says, and solves it first when it has none. The ARGUMENTs go to
`spack install`. Default environment: the nearest spack.yaml from here upwards, else spack/tools of the workspace.

Environment: SYGALDRY_SPACK_BUILDCACHE  directory or URL of a build cache to install from beside the configured ones
                                        (/opt/bazel_cache/spack_buildcache, once something was pushed there)
             SYGALDRY_SPACK_BUILDCACHE_USER, SYGALDRY_SPACK_BUILDCACHE_PASSWORD  for a registry that asks

  --fresh  solve again although there is a spack.lock, with nothing installed re-used by preference
TEXT
}

install_env() {
  concretize "$1"
  log "installing $1"
  spack -e "$1" "${buildcache_options[@]}" install "${install_arguments[@]}"
}

parse_spack_arguments "$@"
enter_workspace
find_spack
resolve_environments
if has_buildcache; then name_buildcache; fi
for environment in "${environments[@]}"; do install_env "$environment"; done
