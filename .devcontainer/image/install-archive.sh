#!/bin/sh
# install-archive.sh DESTINATION KIND AMD64_URL AMD64_SHA256 ARM64_URL ARM64_SHA256
# Fetches the archive for this machine, checks it and unpacks it into DESTINATION without its top folder.
# KIND: tar (any compression), binary (the file itself becomes DESTINATION), wheel (bin files of a Python wheel).
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
destination=$1 kind=$2
case "$(dpkg --print-architecture)" in
  amd64) url=$3 sum=$4 ;;
  arm64) url=$5 sum=$6 ;;
  *) url='' sum='' ;;
esac
if [ -z "$url" ]; then
  printf 'sygaldry: error[SYG-FETCH-ARCH]: %s has no official download for %s\n' "$destination" "$(dpkg --print-architecture)" >&2
  printf 'sygaldry: next: set `from: distro` for this tool in sygaldry.yaml, or switch it off\n' >&2
  exit 65
fi

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"$here/fetch.sh" "$url" "$sum" "$work/archive"
case "$kind" in
  binary)
    mkdir -p "$(dirname "$destination")"
    install -m 0755 "$work/archive" "$destination"
    ;;
  tar)
    mkdir -p "$destination"
    tar -C "$destination" --strip-components=1 --no-same-owner -xf "$work/archive"
    ;;
  wheel)
    mkdir -p "$destination"
    unzip -q -j "$work/archive" '*.data/scripts/*' -d "$destination"
    chmod 0755 "$destination"/*
    ;;
  *)
    printf 'sygaldry: error: unknown kind of archive: %s\n' "$kind" >&2
    exit 64
    ;;
esac
