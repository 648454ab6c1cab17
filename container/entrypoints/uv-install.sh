#!/usr/bin/env bash
# The entrypoint `uv-install`: the workspace's Python packages, through uv.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: uv-install.sh [ARGUMENT…]

With a pyproject.toml: `uv sync ARGUMENT…`, and with CI=true exactly what uv.lock says (--locked).
Else, with requirements*.txt: `uv pip install` of all of them into .venv (or UV_PROJECT_ENVIRONMENT).
Looks in the current directory, if that is in the workspace, else in the workspace.

With a Spack environment (the active one, else the nearest, else spack/tools), what it has of Python is used and not
downloaded, and `uv sync` is checked afterwards: see `sygaldry python --help`.
TEXT
}

sync_project() {
  if [ -f uv.lock ] && [ "${CI:-}" = true ]; then set -- --locked "$@"; fi
  if command -v sygaldry >/dev/null; then
    sygaldry python sync -- "$@"
  else
    uv sync "$@"
  fi
}

install_requirements() {
  local environment=${UV_PROJECT_ENVIRONMENT:-.venv} file files=()
  if command -v sygaldry >/dev/null; then eval "$(sygaldry python env --nearest)"; fi
  for file in requirements*.txt; do files+=(-r "$file"); done
  if [ ! -e "$environment/bin/python" ]; then uv venv "$environment"; fi
  uv pip install --python "$environment/bin/python" "${files[@]}" "$@"
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
enter_workspace
if [ -f pyproject.toml ]; then
  need uv "set tools.uv in sygaldry.yaml, then run \`sygaldry up\` on the host"
  sync_project "$@"
elif compgen -G 'requirements*.txt' >/dev/null; then
  need uv "set tools.uv in sygaldry.yaml, then run \`sygaldry up\` on the host"
  install_requirements "$@"
else
  fail 4 "neither pyproject.toml nor requirements*.txt in $PWD" "run \`uv init\` there, or go to the right directory"
fi
