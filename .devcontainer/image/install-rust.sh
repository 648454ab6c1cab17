#!/bin/sh
# install-rust.sh DESTINATION AMD64_URL AMD64_SHA256 ARM64_URL ARM64_SHA256: the combined installer, without documentation.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
destination=$1
shift
"$here/install-archive.sh" /tmp/rust tar "$@"
/tmp/rust/install.sh --prefix="$destination" --without=rust-docs,rust-docs-json-preview --disable-ldconfig >/dev/null
rm -rf /tmp/rust "$destination"/lib/rustlib/install.log
