#!/bin/sh
# with-secrets.sh COMMAND…: runs COMMAND with the secrets of /run/secrets/env as environment variables.
set -eu

for file in /run/secrets/env/*; do
  [ -r "$file" ] || continue
  export "${file##*/}=$(cat "$file")"
done
exec "$@"
