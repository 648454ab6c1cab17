#!/bin/sh
# fetch.sh URL SHA256 DEST
#
# Downloads URL to DEST while an image is built, and keeps it only if its SHA-256 is right. Transfers that fail for a
# passing reason are tried again, those cut off are resumed. DEST appears whole or not at all; a DEST that already has
# the right sum is kept. User, password and query of the URL are never printed. Needs curl and sha256sum. Servers that
# want a log-in get it from the build secret NETRC where that is mounted.
#
# Environment: SYGALDRY_FETCH_MIRROR  key of sygaldry.yaml that moves this download, named in errors ("mirrors")
#              SYGALDRY_FETCH_TRIES   attempts (4);  SYGALDRY_FETCH_DELAY  seconds before the second, then doubled (2)
#              SYGALDRY_FETCH_CONNECT seconds to connect (20);  SYGALDRY_FETCH_STALL  seconds without progress (30)
#              NETRC                  file with log-ins, in netrc format (/run/secrets/NETRC)
# Exit codes:  0 done, 1 DEST cannot be written, 2 invalid arguments, 3 curl or sha256sum is missing,
#              10 SYG-FETCH-UNREACHABLE, 11 SYG-FETCH-MISSING, 12 SYG-FETCH-CUT, 13 SYG-FETCH-CHECKSUM
set -eu

mirror=${SYGALDRY_FETCH_MIRROR:-mirrors}
tries=${SYGALDRY_FETCH_TRIES:-4}
delay=${SYGALDRY_FETCH_DELAY:-2}
connect=${SYGALDRY_FETCH_CONNECT:-20}
stall=${SYGALDRY_FETCH_STALL:-30}
netrc=${NETRC:-/run/secrets/NETRC}

main() {
  [ $# -eq 3 ] || usage "expected URL SHA256 DEST, got $# arguments"
  url=$1 dest=$3
  want=$(printf %s "$2" | tr A-F a-f)
  check_arguments
  for tool in curl sha256sum; do
    command -v "$tool" >/dev/null || fail 3 "sygaldry: error: fetch.sh: $tool is not installed in this build stage"
  done
  shown=$(without_secrets "$url")
  part=$dest.part note=$dest.fetch
  trap 'rm -f "$part" "$note"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM

  if [ -f "$dest" ] && [ "$(sum_of "$dest")" = "$want" ]; then return 0; fi
  mkdir -p "$(dirname "$dest")" 2>/dev/null || true
  { : >"$part"; } 2>/dev/null || fail 1 "sygaldry: error: fetch.sh: cannot write $part"
  rm -f "$dest" "$part"

  resumed=false
  download
  if [ "$(sum_of "$part")" != "$want" ] && $resumed; then
    rm -f "$part"
    download
  fi
  [ "$(sum_of "$part")" = "$want" ] || fail_checksum
  mv "$part" "$dest"
}

check_arguments() {
  case $url in
    http://?* | https://?*) ;;
    *) usage "URL must start with http:// or https://" ;;
  esac
  case $url in
    *[[:cntrl:]\"\\]* | *' '*) usage "URL holds a blank, a quote, a backslash or a control character" ;;
  esac
  case $want in
    *[!0-9a-f]*) usage "SHA256 '$want' is not 64 hexadecimal digits" ;;
  esac
  [ "${#want}" -eq 64 ] || usage "SHA256 '$want' is not 64 hexadecimal digits"
  if [ -z "$dest" ] || [ -d "$dest" ]; then usage "DEST '$dest' is not a file name"; fi
}

# Leaves the whole answer in $part, or fails.
download() {
  attempt=1
  pause=$delay
  while :; do
    transfer && return 0
    judge
    if [ "$verdict" != again ] || [ "$attempt" -ge "$tries" ]; then fail_transfer; fi
    printf 'sygaldry: fetch.sh: %s: %s; attempt %s of %s in %s s\n' \
      "$shown" "$reason" "$((attempt + 1))" "$tries" "$pause" >&2
    sleep "$pause"
    attempt=$((attempt + 1))
    pause=$((pause * 2))
  done
}

# One attempt. Sets $code (curl's exit status) and $http. The URL goes through stdin: a command line is public.
transfer() {
  if [ -s "$part" ]; then resumed=true; fi
  code=0
  set --
  if [ -r "$netrc" ]; then set -- --netrc-file "$netrc"; fi
  http=$(printf 'url = "%s"\n' "$url" | curl "$@" --config - --location --fail --silent --show-error --globoff \
    --proto =http,https --max-redirs 10 --connect-timeout "$connect" --speed-limit 1024 --speed-time "$stall" \
    --continue-at - --output "$part" --write-out '%{http_code}' 2>"$note") || code=$?
  if [ "$code" -eq 0 ] && [ ! -e "$part" ]; then : >"$part"; fi
  [ "$code" -eq 0 ]
}

# Sets $verdict (again|stop), $kind and $reason from the attempt that failed.
judge() {
  verdict=stop kind=unreachable
  reason=$(sed -e 's/^curl: *//' -e 's#//[^/@ ]*@#//#g' "$note" | head -n 1)
  case $code in
    22 | 56) judge_status ;;
    18 | 28 | 52 | 55 | 92 | 16) judge_cut ;;
    33) restart "the server cannot resume" ;;
    5 | 6 | 7 | 35) verdict=again ;;
    23) fail 1 "sygaldry: error: fetch.sh: writing $part failed: is the disk full?" ;;
    60 | 77) reason="$reason (set the site's CA certificate, so that the build trusts it)" ;;
  esac
}

judge_status() {
  case $http in
    404 | 410) kind=missing reason="the server answers $http" ;;
    408 | 429 | 5??) verdict=again reason="the server answers $http" ;;
    416) restart "the server answers 416" ;;
    401) reason="the server answers $http (log-ins go into a build secret named NETRC)" ;;
    4??) reason="the server answers $http" ;;
    *) judge_cut ;;
  esac
}

judge_cut() {
  verdict=again
  if [ -s "$part" ]; then
    kind='cut'
    reason="cut off after $(size_of "$part") bytes ($reason)"
  fi
}

restart() {
  verdict=again kind='cut' reason=$1
  rm -f "$part"
}

fail_transfer() {
  case $kind in
    missing)
      fail 11 "sygaldry: error[SYG-FETCH-MISSING]: $reason for $shown" \
        "  expected: a file with sha256 $want" \
        "  next: if $mirror in sygaldry.yaml names a mirror, it does not hold this file: add it there, or change" \
        "        the tool's version to one that it holds"
      ;;
    cut)
      fail 12 "sygaldry: error[SYG-FETCH-CUT]: the transfer never completed: $shown" \
        "  came: $reason (attempts: $attempt)" \
        "  next: try again, or set $mirror in sygaldry.yaml to a mirror that is nearer"
      ;;
    *)
      fail 10 "sygaldry: error[SYG-FETCH-UNREACHABLE]: cannot download $shown" \
        "  came: $reason (attempts: $attempt)" \
        "  next: check the proxy and the network of this build, or set $mirror in sygaldry.yaml to a mirror that" \
        "        it reaches"
      ;;
  esac
}

fail_checksum() {
  came="$(sum_of "$part") ($(size_of "$part") bytes$(looks))"
  fail 13 "sygaldry: error[SYG-FETCH-CHECKSUM]: $shown is not the file that was pinned" \
    "  expected: sha256 $want" \
    "  came:     sha256 $came" \
    "  next: the server or mirror serves another file under this name: correct $mirror in sygaldry.yaml, or pin" \
    "        this checksum if you know that the file is right"
}

# Log-in pages of proxies are the usual wrong file.
looks() {
  if head -c 512 "$part" | tr -d '\000' | grep -qi '<html\|<!doctype html'; then
    printf ', a web page: a log-in page of a proxy?'
  fi
}

without_secrets() {
  scheme=${1%%://*}
  rest=${1#*://}
  rest=${rest%%[?#]*}
  authority=${rest%%/*}
  printf '%s://%s%s' "$scheme" "${authority##*@}" "${rest#"$authority"}"
}

sum_of() {
  sum=$(sha256sum <"$1")
  printf %s "${sum%% *}"
}

size_of() { wc -c <"$1" | tr -d ' '; }

usage() { fail 2 "sygaldry: error: fetch.sh: $1" "usage: fetch.sh URL SHA256 DEST"; }

# fail STATUS LINE…
fail() {
  status=$1
  shift
  printf '%s\n' "$@" >&2
  exit "$status"
}

main "$@"
