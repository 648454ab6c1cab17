#!/bin/sh
# install-spack.sh SPACK_URL SPACK_SHA256 PACKAGES_URL PACKAGES_SHA256 [SOLVER REQUIREMENT WITH HASHES…]
# Spack at /opt/spack_src, its package repository at /opt/spack_packages, a solver in a virtual environment of its own
# (/opt/spack_solver, SPACK_PYTHON) and a ready package index: the first `spack` call clones and downloads nothing.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
spack_url=$1 spack_sum=$2 packages_url=$3 packages_sum=$4
shift 4
"$here/apt-install.sh" python3 python3-pip python3-venv
"$here/install-archive.sh" /opt/spack_src tar "$spack_url" "$spack_sum" "$spack_url" "$spack_sum"
"$here/install-archive.sh" /opt/spack_packages tar "$packages_url" "$packages_sum" "$packages_url" "$packages_sum"

etc=/opt/spack_src/etc/spack
mkdir -p "$etc"
printf 'repos:\n  builtin: /opt/spack_packages/repos/spack_repo/builtin\n' >"$etc/repos.yaml"
printf 'bootstrap:\n  enable: false\n' >"$etc/bootstrap.yaml"
cat >"$etc/config.yaml" <<'YAML'
config:
  install_tree:
    root: /opt/spack_store
  build_stage:
  - $tempdir/$user/spack-stage
  - $user_cache_path/stage
  source_cache: /opt/spack_store/.cache/source
  misc_cache: /opt/spack_cache
YAML

python3 -m venv --without-pip /opt/spack_solver
if [ "$#" -gt 0 ]; then
  printf '%s\n' "$@" >/tmp/solver.txt
  if [ -r /run/secrets/NETRC ]; then export NETRC=/run/secrets/NETRC; fi
  pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes --retries 3 \
    --target "$(/opt/spack_solver/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" -r /tmp/solver.txt
  rm /tmp/solver.txt
fi
mkdir -p /opt/spack_cache
# Bytecode makes each call a second faster; unchecked, because the image's copy never changes.
/opt/spack_solver/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/spack_src/lib/spack >/dev/null || :
SPACK_PYTHON=/opt/spack_solver/bin/python /opt/spack_src/bin/spack python -c \
  'from spack.repo import PATH; PATH.provider_index; PATH.patch_index; PATH.tag_index' >/dev/null
