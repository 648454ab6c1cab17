#!/bin/sh
# start.sh COMMAND…
#
# The container's entrypoint: makes the mounts usable by the user, then becomes COMMAND. Runs as root below the
# engine's init. It never fails the container: what it cannot do is a warning. Without anything to do it costs a few
# milliseconds, and it prints no value of the environment but paths.
#
#   - Each directory of SYGALDRY_OWNED (the top only, never what it holds) becomes the user's, when it is root's, as
#     after the engine made the mount point, or a volume's or the image's own with an earlier id. A host directory
#     that belongs to somebody else stays theirs. What the engine made on the way to a mount point inside one is the
#     user's too. Root as the user can write anywhere and needs none of this.
#   - An empty home gets the files of /etc/skel.
#   - The folders of the Bazel cache exist.
#   - /run/sygaldry-ready names this start (boot id, start time of process 1) when all that is done: `sygaldry up` waits
#     for it.
#
# Environment: SYGALDRY_USER  name in /etc/passwd (kvothe);  SYGALDRY_OWNED  colon-separated paths
#              (the user's home, /opt/{spack_store,bazel_cache,bazel_output,hf_cache} and /opt/sygaldry/logs).
set -u

user=${SYGALDRY_USER:-kvothe}
cache=/opt/bazel_cache

main() {
  if ! read_user; then
    warn "no user '$user' in /etc/passwd: mounts are left as they are"
    return 0
  fi
  owned=${SYGALDRY_OWNED:-$home:/opt/spack_store:$cache:/opt/bazel_output:/opt/hf_cache:/opt/sygaldry/logs}
  if [ "$uid" != 0 ]; then own_all "$owned"; fi
  if [ -d "$home" ]; then seed_home; fi
  if [ -d "$cache" ]; then make_cache_folders; fi
}

# Sets $uid, $gid and $home.
read_user() {
  while IFS=: read -r entry _ uid gid _ home _; do
    if [ "$entry" = "$user" ]; then return 0; fi
  done </etc/passwd
  return 1
}

own_all() {
  set -f
  IFS=:
  # shellcheck disable=SC2086 # split at colons
  set -- $1
  unset IFS
  set +f
  for path; do
    shift
    if [ -d "$path" ]; then set -- "$@" "$path"; fi
  done
  [ $# -gt 0 ] || return 0
  while read -r owner path; do
    if [ "$owner" != "$uid" ]; then own "$owner" "$path"; fi
  done <<LIST
$(stat -c '%u %n' -- "$@")
LIST
  while read -r _ _ _ _ point _; do
    for path; do
      case $point in
        "$path"/*/*) own_way "$path" "${point%/*}" ;;
      esac
    done
  done </proc/self/mountinfo
}

# own_way TOP FOLDER: the folders from below TOP down to FOLDER, as far as they are root's.
own_way() {
  way=$2
  while [ "$way" != "$1" ]; do
    if [ "$(stat -c %u -- "$way" 2>/dev/null)" = 0 ]; then own 0 "$way"; fi
    way=${way%/*}
  done
}

# own OWNER PATH
own() {
  case $(mount_of "$2") in
    ro*) return 0 ;;
    *bind)
      if [ "$1" != 0 ]; then
        as_user test -w "$2" ||
          warn "$2 belongs to uid $1 on the host and $user ($uid) cannot write there: make it writable on the host"
        return 0
      fi
      ;;
  esac
  chown "$uid:$gid" "$2" 2>/dev/null ||
    warn "$2 belongs to uid $1, and giving it to $user ($uid) failed: chown it on the host"
}

# "ro|rw volume|bind" for a mount point, nothing for a directory of the image. Of several mounts the last counts.
mount_of() {
  found=
  while read -r _ _ _ root point options _; do
    if [ "$point" = "$1" ]; then
      case $root in
        */volumes/*/_data) found="${options%%,*} volume" ;;
        *) found="${options%%,*} bind" ;;
      esac
    fi
  done </proc/self/mountinfo
  printf %s "$found"
}

seed_home() {
  for entry in "$home"/* "$home"/.[!.]* "$home"/..?*; do
    if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then continue; fi
    if [ -z "$(mount_of "$entry")" ]; then return 0; fi
  done
  [ -d /etc/skel ] || return 0
  as_user cp -R /etc/skel/. "$home" 2>/dev/null || seed_as_root ||
    warn "$home is empty and the files of /etc/skel could not be put there: is it writable for $user ($uid)?"
}

seed_as_root() {
  cp -R /etc/skel/. "$home" 2>/dev/null || return 1
  for entry in /etc/skel/* /etc/skel/.[!.]*; do
    if [ -e "$entry" ]; then chown -hR "$uid:$gid" "$home/${entry##*/}" 2>/dev/null || return 1; fi
  done
}

make_cache_folders() {
  set --
  for folder in disk repository uv zephyr_jobs; do
    if [ ! -d "$cache/$folder" ]; then set -- "$@" "$cache/$folder"; fi
  done
  [ $# -gt 0 ] || return 0
  as_user mkdir -p -- "$@" 2>/dev/null || { mkdir -p -- "$@" && chown "$uid:$gid" -- "$@"; } 2>/dev/null ||
    warn "cannot make $* for $user ($uid): is $cache writable?"
}

# Process 1 of the container is this one or the engine's init; field 22 of its stat is when it started.
tell_ready() {
  read -r boot </proc/sys/kernel/random/boot_id
  read -r stat </proc/1/stat
  # shellcheck disable=SC2086 # split at spaces
  set -- ${stat##*) }
  printf '%s %s\n' "$boot" "${20:-}" >/run/sygaldry-ready
}

# Files made as the user are the user's, also where root is nobody (NFS). A container without the capability to
# change its id has root do it and give them away.
as_user() {
  if [ "$uid" = 0 ] || [ "$(id -u)" != 0 ]; then
    "$@"
  else
    setpriv --reuid "$uid" --regid "$gid" --init-groups -- "$@"
  fi
}

warn() { printf 'sygaldry: warning: start.sh: %s\n' "$*" >&2; }

main
tell_ready 2>/dev/null || :
[ $# -gt 0 ] || set -- sleep infinity
exec "$@"
