#!/bin/sh
# Prepares the base of every stage: mirrors, certificate authorities, and what downloads need.
# Environment: MIRROR_APT, MIRROR_PYTHON, MIRROR_NPM (a URL, or `host` for what host/mirrors names; empty for none),
# CERTIFICATES (file name beside this script to trust in addition, or empty).
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
HOST_APT='' HOST_PYTHON='' HOST_NPM=''
if [ -r "$here/mirrors" ]; then
  HOST_APT=$(sed -n 's/^HOST_APT=//p' "$here/mirrors")
  HOST_PYTHON=$(sed -n 's/^HOST_PYTHON=//p' "$here/mirrors")
  HOST_NPM=$(sed -n 's/^HOST_NPM=//p' "$here/mirrors")
fi

# resolve CONFIGURED HOST: the URL to use, or nothing.
resolve() {
  if [ "$1" = host ]; then printf '%s' "$2"; else printf '%s' "$1"; fi
}

point_apt_at() {
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -f "$list" ] || continue
    # Only the main archive moves: a mirror seldom carries the security archive at a path one could guess.
    sed -i -E "s#https?://(deb\.debian\.org/debian|ftp\.[a-z.]*debian\.org/debian|archive\.ubuntu\.com/ubuntu|ports\.ubuntu\.com/ubuntu-ports|[a-z.]*archive\.ubuntu\.com/ubuntu)/?([[:space:]]|\$)#${1%/}/\2#g" "$list"
  done
}

apt=$(resolve "${MIRROR_APT:-}" "$HOST_APT")
if [ -n "$apt" ]; then point_apt_at "$apt"; fi

printf '%s\n' 'APT::Install-Recommends "false";' 'Acquire::Retries "3";' 'Dpkg::Use-Pty "0";' >/etc/apt/apt.conf.d/90sygaldry
"$here/apt-install.sh" ca-certificates curl xz-utils bzip2 unzip

for certificate in "$here/ca.crt" "$here/${CERTIFICATES:-}"; do
  [ -f "$certificate" ] || continue
  # update-ca-certificates takes one certificate a file.
  awk -v folder=/usr/local/share/ca-certificates -v stem="sygaldry-$(basename "$certificate" .crt)" '
    /-----BEGIN CERTIFICATE-----/ { n++; file = sprintf("%s/%s-%03d.crt", folder, stem, n); open = 1 }
    open { print > file }
    /-----END CERTIFICATE-----/ { open = 0; close(file) }' "$certificate"
done
update-ca-certificates >/dev/null 2>&1 || :

python=$(resolve "${MIRROR_PYTHON:-}" "$HOST_PYTHON")
if [ -n "$python" ]; then
  mkdir -p /etc/uv
  printf '[global]\nindex-url = %s\n' "$python" >/etc/pip.conf
  printf '[[index]]\nurl = "%s"\ndefault = true\n' "$python" >/etc/uv/uv.toml
fi
npm=$(resolve "${MIRROR_NPM:-}" "$HOST_NPM")
if [ -n "$npm" ]; then printf 'registry=%s\n' "$npm" >/etc/npmrc; fi
if [ -n "${MIRROR_CRATES:-}" ]; then
  mkdir -p /.cargo # cargo looks upwards from every folder, so this one holds for all
  printf '[source.crates-io]\nreplace-with = "mirror"\n[source.mirror]\nregistry = "sparse+%s/"\n' "${MIRROR_CRATES%/}" >/.cargo/config.toml
fi
if [ -n "${MIRROR_GITHUB:-}" ]; then
  printf '[url "%s/"]\n\tinsteadOf = https://github.com/\n' "${MIRROR_GITHUB%/}" >>/etc/gitconfig
fi
