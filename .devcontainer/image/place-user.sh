#!/bin/sh
# place-user.sh NAME IDS HOME SUDO: makes the user with the ids IDS ("uid gid"); `host` means those that initialize.sh
# wrote to host/user, and 1000 1000 where it did not run (a prebuild: updateRemoteUserUID renumbers later).
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
name=$1 ids=$2 home=$3 sudo=$4
if [ "$ids" = host ]; then
  ids='1000 1000'
  if [ -r "$here/user" ]; then read -r ids <"$here/user"; fi
fi
"$here/create-user.sh" "$name" "${ids% *}" "${ids#* }" "$home" "$sudo"
install -d -o "${ids% *}" -g "${ids#* }" /opt/spack_store /opt/bazel_cache /opt/bazel_output /opt/hf_cache \
  /opt/sygaldry /opt/sygaldry/logs
if [ -d /opt/spack_cache ]; then chown -R "${ids% *}:${ids#* }" /opt/spack_cache; fi
