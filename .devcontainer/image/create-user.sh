#!/bin/sh
# create-user.sh NAME UID GID HOME SUDO(true|false)
#
# Gives an image the user NAME with exactly these ids, whoever held them before. Runs as root while the image is
# built, on any apt-based base; running it again changes nothing.
#   - Another login user with UID is removed (its home too, if that holds nothing but the skeleton's files); a system
#     or service account is renumbered. A group with GID is renumbered. What a renumbered id owned in the image
#     follows it; what a removed user owned is NAME's.
#   - UID 0 makes NAME an alias of root and its first entry in /etc/passwd: engines look HOME up by number.
#   - Nothing is written to lastlog or faillog, whose size grows with the id.
# Exit codes: 0 done, 1 failed, 2 invalid arguments, 3 not root or the passwd package is missing.
# shellcheck disable=SC2016 # awk and the inner shell expand what stands in single quotes
set -eu

me=create-user.sh

say() { printf 'sygaldry: %s: %s\n' "$me" "$*" >&2; }

fail() {
  status=$1
  shift
  printf 'sygaldry: error: %s: %s\n' "$me" "$*" >&2
  exit "$status"
}

main() {
  [ $# -eq 5 ] || fail 2 "expected NAME UID GID HOME SUDO, got $# arguments"
  name=$1 uid=$2 gid=$3 home=$4 sudo=$5
  check_arguments
  [ "$(id -u)" -eq 0 ] || fail 3 "must run as root"
  for tool in useradd userdel groupadd; do
    command -v "$tool" >/dev/null || fail 3 "$tool not found: install the package passwd in the base image"
  done

  # The gids of groups that went with a removed user.
  orphans=
  if [ "$uid" != 0 ]; then free_uid; fi
  if [ "$gid" != 0 ]; then free_gid; fi
  make_group
  for orphan in $orphans; do
    if [ "$orphan" != "$gid" ]; then give_files -gid "$orphan" "$gid"; fi
  done
  make_user
  make_home
  set_sudo
}

check_arguments() {
  case $name in
    '' | [!a-z_]* | *[!a-z0-9_-]*) fail 2 "NAME '$name' is not a user name ([a-z_][a-z0-9_-]*)" ;;
  esac
  [ "${#name}" -le 32 ] || fail 2 "NAME '$name' is longer than 32 characters"
  check_id UID "$uid"
  check_id GID "$gid"
  if [ "$name" = root ] && [ "$uid:$gid" != 0:0 ]; then fail 2 "root can only be 0:0, not $uid:$gid"; fi
  case $home in
    / | *//* | */ | */./* | */../* | */. | */..) fail 2 "HOME '$home' is not a plain absolute path below /" ;;
    *:* | *\\* | *"
"*) fail 2 "HOME may not hold ':', a backslash or a newline" ;;
    /*) ;;
    *) fail 2 "HOME '$home' is not an absolute path" ;;
  esac
  case $sudo in
    true | false) ;;
    *) fail 2 "SUDO is '$sudo', expected true or false" ;;
  esac
}

# 65535 and 4294967295 are "no id" in system calls.
check_id() {
  case $2 in
    '' | *[!0-9]* | 0?*) fail 2 "$1 '$2' is not a decimal number" ;;
  esac
  if [ "${#2}" -gt 10 ] || [ "$2" -gt 4294967294 ] || [ "$2" -eq 65535 ]; then
    fail 2 "$1 $2 is not a usable id (0 to 4294967294, not 65535)"
  fi
}

free_uid() {
  for other in $(names_with "$uid" /etc/passwd); do
    if is_login_user "$other"; then
      remove_user "$other"
    else
      new=$(free_id)
      set_field /etc/passwd "$other" 3 "$new"
      give_files -uid "$uid" "$new"
      say "system user $other moved from uid $uid to $new"
    fi
  done
}

free_gid() {
  for other in $(names_with "$gid" /etc/group); do
    new=$(free_id)
    renumber_group "$other" "$new"
    say "group $other moved from gid $gid to $new"
  done
}

make_group() {
  old=$(field /etc/group "$name" 3)
  if [ -z "$old" ]; then
    groupadd -o -g "$gid" "$name"
  elif [ "$old" != "$gid" ]; then
    renumber_group "$name" "$gid"
  fi
}

make_user() {
  old=$(field /etc/passwd "$name" 3)
  if [ -z "$old" ]; then
    useradd --no-log-init --non-unique --no-create-home --no-user-group -K UID_MIN=0 -K UID_MAX=4294967294 \
      --uid "$uid" --gid "$gid" --home-dir "$home" --shell /bin/bash "$name"
  else
    set_field /etc/passwd "$name" 3 "$uid"
    set_field /etc/passwd "$name" 4 "$gid"
    set_field /etc/passwd "$name" 6 "$home"
    set_field /etc/passwd "$name" 7 /bin/bash
    if [ "$old" != "$uid" ] && [ "$old" != 0 ]; then give_files -uid "$old" "$uid"; fi
  fi
  if [ "$uid" = 0 ]; then move_first; fi
}

make_home() {
  mkdir -p "$home"
  if [ -z "$(ls -A "$home")" ] && [ -d /etc/skel ]; then
    cp -R /etc/skel/. "$home"
    chown -hR "$uid:$gid" "$home"
    chmod 755 "$home"
  fi
  chown "$uid:$gid" "$home"
}

set_sudo() {
  file=/etc/sudoers.d/$name
  if [ "$sudo" = false ]; then
    rm -f "$file"
    for group in sudo admin wheel; do drop_member "$group"; done
  elif command -v sudo >/dev/null; then
    mkdir -p /etc/sudoers.d
    printf '%s ALL=(ALL:ALL) NOPASSWD:ALL\n' "$name" >"$file.tmp"
    chmod 440 "$file.tmp"
    mv "$file.tmp" "$file"
  else
    say "sudo is not installed in this image: $name gets none"
  fi
}

# Ordinary id, ordinary shell: `ubuntu`, `vscode`, `node`. Anything else may be needed by a service.
is_login_user() {
  case $(field /etc/passwd "$1" 7) in
    */nologin | */false | '') return 1 ;;
  esac
  id=$(field /etc/passwd "$1" 3)
  [ "$id" -ge 1000 ] && [ "$id" -ne 65534 ]
}

remove_user() {
  old_home=$(field /etc/passwd "$1" 6)
  old_gid=$(field /etc/passwd "$1" 4)
  userdel "$1"
  if [ "$old_home" != "$home" ] && is_only_skeleton "$old_home"; then rm -rf "$old_home"; fi
  if [ -z "$(names_with "$old_gid" /etc/group)" ]; then orphans="$orphans $old_gid"; fi
  say "user $1 removed: it held uid $uid"
}

is_only_skeleton() {
  case $1 in
    /home/?*) [ -d "$1" ] && [ ! -L "$1" ] && diff -r /etc/skel "$1" >/dev/null 2>&1 ;;
    *) return 1 ;;
  esac
}

# renumber_group GROUP NEW: keeps its members (they are listed by name), its users and its files. An alias of
# another group, gid 0 above all, takes nothing along.
renumber_group() {
  from=$(field /etc/group "$1" 3)
  set_field /etc/group "$1" 3 "$2"
  if [ "$from" = 0 ] || awk -F: -v id="$from" '$3 "" == id "" { found = 1 } END { exit !found }' /etc/group; then
    return 0
  fi
  edit /etc/passwd -v old="$from" -v new="$2" '$4 "" == old "" { $4 = new } { print }'
  give_files -gid "$from" "$2"
}

# give_files -uid|-gid OLD NEW: on the image's own file system. Changing the owner clears set-id bits, so these
# files get their mode back.
give_files() {
  case $1 in
    -uid) change='chown' ;;
    *) change='chgrp' ;;
  esac
  find / -xdev "$1" "$2" -type f -perm /6000 -exec sh -c '
    change=$1 new=$2
    shift 2
    for file; do
      mode=$(stat -c %a "$file")
      "$change" "$new" "$file"
      chmod "$mode" "$file"
    done' sh "$change" "$3" {} +
  find / -xdev "$1" "$2" -exec "$change" -h "$3" {} +
}

# An id free both as uid and gid: from the system range, else from the top of the ordinary one.
free_id() {
  awk -F: -v uid="$uid" -v gid="$gid" '
    { used[$3] = 1 }
    function free(i) { return !(i in used) && i != uid && i != gid }
    END {
      for (i = 999; i >= 100; i--) if (free(i)) { print i; exit }
      for (i = 59999; i >= 1000; i--) if (free(i)) { print i; exit }
      exit 1
    }' /etc/passwd /etc/group || fail 1 "no free id left in the image"
}

# The names other than NAME that hold id $1 in file $2.
names_with() { awk -F: -v id="$1" -v name="$name" '$3 "" == id "" && $1 != name { print $1 }' "$2"; }

# field FILE ENTRY N: nothing when there is no such entry.
field() { awk -F: -v entry="$2" -v n="$3" '$1 == entry { print $n; exit }' "$1"; }

set_field() {
  [ "$(field "$1" "$2" "$3")" != "$4" ] || return 0
  edit "$1" -v entry="$2" -v n="$3" -v value="$4" '$1 == entry { $n = value } { print }'
}

move_first() {
  [ "$(head -n 1 /etc/passwd | cut -d: -f1)" != "$name" ] || return 0
  edit /etc/passwd -v name="$name" '
    $1 == name { own = $0; next }
    { rest = rest $0 "\n" }
    END { printf "%s\n%s", own, rest }'
}

drop_member() {
  for file in /etc/group /etc/gshadow; do
    [ -f "$file" ] || continue
    case ,$(field "$file" "$1" 4), in
      *",$name,"*) ;;
      *) continue ;;
    esac
    edit "$file" -v group="$1" -v name="$name" '
      $1 == group {
        count = split($4, members, ","); $4 = ""
        for (i = 1; i <= count; i++) if (members[i] != name) $4 = $4 ($4 == "" ? "" : ",") members[i]
      }
      { print }'
  done
}

# edit FILE AWK-ARGUMENT…: rewrites a colon-separated file, keeping its mode and owner.
edit() {
  target=$1
  shift
  cp -p "$target" "$target.sygaldry"
  awk -F: -v OFS=: "$@" "$target" >"$target.sygaldry"
  mv "$target.sygaldry" "$target"
}

main "$@"
