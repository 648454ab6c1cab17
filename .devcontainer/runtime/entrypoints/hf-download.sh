#!/usr/bin/env bash
# The entrypoint `hf-download`: one snapshot of a Hugging Face repository into the shared cache. The token reaches
# the client through the environment only.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: hf-download.sh model|dataset ID [--revision REVISION] [--include PATTERN]… [--exclude PATTERN]…

Downloads with the official client (`hf`, if it is in PATH, else by uvx). The last line on stdout is the path of the
snapshot. ID is NAME or OWNER/NAME.

Environment: HF_HOME         cache (/opt/hf_cache)
             HF_ENDPOINT     another hub than the client's own
             HF_TOKEN        access token; else read from HF_TOKEN_FILE or HF_TOKEN_PATH (/run/secrets/HF_TOKEN),
                             if that exists
             HF_HUB_VERSION  version of huggingface_hub for uvx
TEXT
}

kind='' id=''
options=() include=() exclude=()

parse_arguments() {
  local positional=()
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --revision=* | --include=* | --exclude=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
      --revision | --include | --exclude)
        [ -n "${2:-}" ] || usage_error "$1 needs a value"
        case $1 in
          --revision) options+=(--revision "$2") ;;
          --include) include+=("$2") ;;
          --exclude) exclude+=("$2") ;;
        esac
        shift
        ;;
      -*) usage_error "unknown option $1" ;;
      *) positional+=("$1") ;;
    esac
    shift
  done
  [ "${#positional[@]}" -eq 2 ] || usage_error "expected model|dataset and ID, got ${#positional[@]} arguments"
  kind=${positional[0]} id=${positional[1]}
  case $kind in
    model | dataset) ;;
    *) usage_error "'$kind' is neither model nor dataset" ;;
  esac
  is_repository_id "$id" || usage_error "'$id' is not the ID of a repository (NAME or OWNER/NAME)"
}

# The hub's own rule: letters, digits, '-', '_' and '.', no '--' or '..', no '-' or '.' at either end, 96 at most.
is_repository_id() {
  local part='[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?'
  [[ $1 =~ ^($part/)?$part$ && $1 != *--* && $1 != *..* && $1 != *.git && ${#1} -le 96 ]]
}

read_token() {
  local file=${HF_TOKEN_FILE:-${HF_TOKEN_PATH:-/run/secrets/HF_TOKEN}}
  if [ -z "${HF_TOKEN:-}" ] && [ -e "$file" ]; then
    [ -r "$file" ] || fail 1 "cannot read the token in $file" "make it readable for $(id -un)"
    HF_TOKEN=$(<"$file")
    HF_TOKEN=${HF_TOKEN//[[:space:]]/}
  fi
  if [ -n "${HF_TOKEN:-}" ]; then export HF_TOKEN; fi
}

find_client() {
  if command -v hf >/dev/null; then
    client=(hf)
  else
    need uvx "set tools.uv in sygaldry.yaml, then run \`sygaldry up\` on the host"
    client=(uvx --from "huggingface_hub==${HF_HUB_VERSION:-2.4.0}" hf)
  fi
}

# Clients before 1.0 take all patterns after one option, later ones a pattern an option. One pattern is the same.
add_patterns() {
  local option=$1 version
  shift
  if [ $# -gt 1 ]; then
    version=$("${client[@]}" version 2>/dev/null | sed -n 's/.*version: *//p')
    if [[ $version == 0.* ]]; then
      options+=("$option" "$@")
      return
    fi
  fi
  for pattern; do options+=("$option" "$pattern"); done
}

download() {
  local output snapshot
  output=$("${client[@]}" download "$id" --repo-type "$kind" --quiet "${options[@]}")
  snapshot=${output##*$'\n'}
  [ -d "$snapshot" ] || fail 1 "the client named no snapshot directory but: $snapshot"
  printf '%s\n' "$snapshot"
}

parse_arguments "$@"
export HF_HOME=${HF_HOME:-/opt/hf_cache}
read_token
find_client
if [ "${#include[@]}" -gt 0 ]; then add_patterns --include "${include[@]}"; fi
if [ "${#exclude[@]}" -gt 0 ]; then add_patterns --exclude "${exclude[@]}"; fi
log "downloading $kind $id to $HF_HOME"
download
