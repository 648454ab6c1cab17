#!/bin/sh
# setup-runtime.sh USER VARIABLE…: hooks the shell functions into login and interactive shells, and Bazel's system-wide
# settings. The image's VARIABLEs are kept for shells that start without them (su -, sudo -i, cron, env -i).
set -eu

runtime=/usr/local/lib/sygaldry/runtime
shift
environment=/etc/profile.d/sygaldry-environment.sh # read before sygaldry.sh, by every POSIX shell
{
  printf '# What the image sets, for shells whose environment lacks it; what is set stays.\n'
  for name; do
    value=$(printenv "$name" | sed "s/'/'\\\\''/g")
    printf "[ -n \"\${%s+set}\" ] || export %s='%s'\n" "$name" "$name" "$value"
  done
} >"$environment"
# shellcheck disable=SC2016 # for the shell that reads it
printf '%s\n' \
  'case ":$PATH:" in' \
  '  *":$SYGALDRY_PATH:"*) ;;' \
  '  *) export PATH="${SYGALDRY_PATH:+$SYGALDRY_PATH:}$PATH" ;;' \
  'esac' >>"$environment"

ln -sf "$runtime/shell/sygaldry.sh" /etc/profile.d/sygaldry.sh
for hook in ". $environment" ". $runtime/shell/sygaldry.sh"; do
  grep -qxF "$hook" /etc/bash.bashrc 2>/dev/null || printf '%s\n' "$hook" >>/etc/bash.bashrc
done
install -m 0644 "$runtime/bazel.bazelrc" /etc/bazel.bazelrc
