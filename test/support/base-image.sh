#!/usr/bin/env bash
# base-image.sh [base|bazel]: makes the image sygaldry-test-base, a minimal system of this machine's own distribution, from
# the mirror that its apt configuration names; or sygaldry-test-bazel, Debian unstable with its Bazel and what examples/ builds
# on, from the same mirror. The root file system is kept in SYGALDRY_TEST_CACHE and made anew when it is 14 days old, or when
# other packages are wanted.
# The last line that it prints on failure is the reason.
set -Eeuo pipefail

kind=${1:-base}
image=sygaldry-test-$kind
label=dev.sygaldry.test-$kind
days=14
bazel_packages=(bazel-bootstrap libzstd-jni1)
example_packages=(libgtest-dev libhdf5-dev libpython3-dev python3-numpy rustc)
PATH=$PATH:/usr/sbin:/sbin

main() {
  local folder=${SYGALDRY_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sygaldry-test}
  mkdir -p "$folder"
  command -v apt-get >/dev/null || use_what_is_there "this system has no apt to name a mirror"
  read_apt_source
  if [ "$kind" = bazel ]; then suite=sid components=main; fi
  local name="$kind-$suite-$architecture"
  if [ "$kind" = bazel ]; then name+=-$(sha256sum <<<"${bazel_packages[*]} ${example_packages[*]}" | cut -c1-8); fi
  local tarball="$folder/$name.tar.gz"
  if command -v flock >/dev/null; then
    exec 9>"$tarball.lock"
    flock 9
  fi
  is_fresh "$tarball" || make_tarball "$tarball" || keep_old "$tarball"
  import_tarball "$tarball"
}

# apt reads its own configuration, whatever its format. A mirror list stands for its first entry.
read_apt_source() {
  local targets
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  architecture=$(dpkg --print-architecture)
  # shellcheck disable=SC2016 # the dollar signs are apt's
  targets=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI) $(COMPONENT)' 'Created-By: Packages' | sort -u)
  [ -n "$suite" ] || suite=$(awk '$3 == "main" { print $1; exit }' <<<"$targets")
  mirror=$(awk -v suite="$suite" '$1 == suite && $3 == "main" { print $2; exit }' <<<"$targets")
  [ -n "$mirror" ] || use_what_is_there "apt's configuration names no mirror for the release '$suite'"
  components=$(awk -v suite="$suite" -v mirror="$mirror" '$1 == suite && $2 == mirror { print $3 }' <<<"$targets" | paste -sd,)
  case $mirror in
    mirror+file:*)
      local list=${mirror#mirror+file:}
      mirror=$(awk '/^[a-z]+:/ { print $1; exit }' "${list%/}")
      ;;
  esac
}

is_fresh() { [ -n "$(find "$1" -mtime "-$days" 2>/dev/null)" ]; }

make_tarball() {
  [ "$(id -u)" -eq 0 ] || return 1
  command -v debootstrap >/dev/null || return 1
  local root="$1.root" log="$1.log"
  printf 'making a %s system for the tests\n' "$suite"
  rm -rf "$root"
  use_apt_proxy
  if ! debootstrap --variant=minbase --components="$components" "$suite" "$root" "$mirror" >"$log" 2>&1; then
    tail -n 5 "$log"
    rm -rf "$root"
    return 1
  fi
  if [ "$kind" = bazel ] && ! install "$root" "${bazel_packages[@]}" >"$log" 2>&1; then
    grep '^E: ' "$log" || tail -n 5 "$log"
    rm -rf "$root"
    return 1
  fi
  if [ "$kind" = bazel ] && ! install "$root" "${example_packages[@]}" >"$log" 2>&1; then
    grep '^E: ' "$log" || tail -n 5 "$log"
    printf 'without %s: the tests of examples/ will be left out\n' "${example_packages[*]}"
  fi
  rm -rf "${root:?}"/{var/cache/apt/archives,var/lib/apt/lists,dev}/*
  if [ "$kind" = bazel ]; then rm -rf "${root:?}"/usr/share/{doc,man,locale}/*; fi
  tar -C "$root" --numeric-owner --one-file-system -cf - . | gzip -1 >"$1.new"
  mv "$1.new" "$1"
  rm -rf "$root" "$log"
  # Those of other lists of packages, or none.
  find "$(dirname "$1")" -name "$kind-$suite-$architecture*.tar.gz" ! -path "$1" -delete
}

# Java's packages want to see /proc, and nothing may start a service.
install() {
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod +x "$1/usr/sbin/policy-rc.d"
  DEBIAN_FRONTEND=noninteractive unshare --mount --pid --fork --mount-proc="$1/proc" \
    chroot "$1" apt-get install -y --no-install-recommends "${@:2}"
}

use_apt_proxy() {
  local proxy=""
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  if [ -n "$proxy" ] && [ "$proxy" != DIRECT ]; then export http_proxy="${http_proxy:-$proxy}"; fi
}

keep_old() {
  if [ -e "$1" ]; then
    printf 'keeping the one that is more than %s days old\n' "$days"
  elif [ "$(id -u)" -ne 0 ]; then
    use_what_is_there "only root can make it (debootstrap)"
  else
    use_what_is_there "debootstrap is missing or failed, see above"
  fi
}

# An image that was made before, by root for example, serves too.
use_what_is_there() {
  if docker image inspect "$image" >/dev/null 2>&1; then exit 0; fi
  printf 'no image %s: %s\n' "$image" "$1"
  exit 1
}

import_tarball() {
  local key old
  key=$(sha256sum "$1" | cut -c1-16)
  if [ "$(inspect "{{index .Config.Labels \"$label\"}}")" = "$key" ]; then return; fi
  old=$(inspect '{{.Id}}')
  docker import --change "LABEL $label=$key" --change 'CMD ["/bin/bash"]' "$1" "$image" >/dev/null ||
    use_what_is_there "docker import failed, see above"
  # The one before goes, unless a container still uses it.
  if [ -n "$old" ]; then docker rmi "$old" >/dev/null 2>&1 || true; fi
}

inspect() { docker image inspect --format "$1" "$image" 2>/dev/null || true; }

main
