#!/bin/sh
# apt-install.sh PACKAGE… : installs from the distribution and leaves no lists or archives in the layer.
# An APT_AUTH build secret (apt's auth.conf format) is used where it is mounted.
set -eu
export DEBIAN_FRONTEND=noninteractive

netrc=/run/secrets/APT_AUTH
set -- -o "Dir::Etc::netrc=$(if [ -r "$netrc" ]; then echo "$netrc"; else echo /etc/apt/auth.conf; fi)" "$@"
option=$1 value=$2
shift 2

fail() {
  printf 'sygaldry: error[SYG-FETCH-APT]: %s\n' "$1" >&2
  printf 'sygaldry: next: check apt.packages and the base image in sygaldry.yaml; without access to the distribution, set mirrors.apt\n' >&2
  exit 100
}

apt-get "$option" "$value" -qq update || fail 'apt-get update: the package lists cannot be fetched'
apt-get "$option" "$value" -qq -y install --no-install-recommends "$@" >/tmp/apt.log 2>&1 || {
  grep -E '^(E|W):|Unable|Depends|dpkg: error' /tmp/apt.log >&2 || tail -n 20 /tmp/apt.log >&2
  fail "apt-get install $*"
}
rm -f /tmp/apt.log
if ! grep -q ' /var/lib/apt ' /proc/self/mounts; then
  apt-get -qq clean
  rm -rf /var/lib/apt/lists/*
fi
rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/ldconfig/aux-cache
