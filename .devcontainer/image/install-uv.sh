#!/bin/sh
# install-uv.sh DESTINATION VERSION SHA256… : uv's wheel from the Python index, which must have one of the checksums.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
destination=$1 version=$2
shift 2
"$here/apt-install.sh" python3-pip
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
{
  printf 'uv==%s' "$version"
  for sum in "$@"; do printf ' --hash=sha256:%s' "$sum"; done
  printf '\n'
} >"$work/requirements.txt"
if [ -r /run/secrets/NETRC ]; then export NETRC=/run/secrets/NETRC; fi
pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes --retries 3 \
  -r "$work/requirements.txt" -d "$work" 2>"$work/log" || {
  cat "$work/log" >&2
  printf 'sygaldry: error[SYG-FETCH-INDEX]: uv %s cannot be had from the Python index with the checksum Sygaldry knows\n' "$version" >&2
  printf 'sygaldry: next: set mirrors.python in sygaldry.yaml to an index that can be reached\n' >&2
  exit 66
}
mkdir -p "$destination"
unzip -q -j "$work"/uv-*.whl '*.data/scripts/*' -d "$destination"
chmod 0755 "$destination"/*
