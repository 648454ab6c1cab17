#!/usr/bin/env bash
# The entrypoint `verify-gpu`: does this container see the GPUs that it needs? Exit 1 says no.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: verify-gpu.sh [--require] [--min-count N] [--cuda X.Y] [--capability X.Y] [--driver N]

Shows the NVIDIA GPUs that this container sees and ends with 0 only if all that was asked for holds.

  --require         at least one GPU, which is also asked for without options
  --min-count N     at least N GPUs
  --cuda X.Y        the driver runs programs of this CUDA version
  --capability X.Y  every GPU has at least this compute capability
  --driver N        the driver has at least this version (550, or 550.54.15)

Exit codes: 0 all holds, 1 something does not, 2 usage, 3 nvidia-smi is missing
TEXT
}

devices=${SYGALDRY_DEVICES:-/dev}
min_count=1 want_cuda='' want_capability='' want_driver=''
expected=false
if [ "${SYGALDRY_GPU:-}" = on ]; then expected=true; fi

parse_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --require) ;;
      --*=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
      --min-count)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "--min-count needs a number from 1"
        min_count=$2
        shift
        ;;
      --cuda | --capability | --driver)
        [[ ${2:-} =~ ^[0-9]+(\.[0-9]+)*$ ]] || usage_error "$1 needs a version"
        case $1 in
          --cuda) want_cuda=$2 ;;
          --capability) want_capability=$2 ;;
          --driver) want_driver=$2 ;;
        esac
        shift
        ;;
      *) usage_error "unknown argument $1" ;;
    esac
    expected=true
    shift
  done
}

# Sets $gpus: one line a GPU, "index, name, driver, memory in MiB, capability".
read_gpus() {
  local fields=index,name,driver_version,memory.total status=0
  gpus=$(query "$fields,compute_cap") || status=$?
  # Drivers before 470 do not know the field.
  if [[ $gpus == *'not a valid field'* ]]; then
    status=0
    gpus=$(query "$fields" | sed 's/$/, unknown/') || status=$?
  fi
  if [ "$status" -ne 0 ] || [[ ! $gpus =~ ^[0-9]+, ]]; then
    reason=${gpus%%$'\n'*}
    gpus=''
  fi
}

query() { nvidia-smi --query-gpu="$1" --format=csv,noheader,nounits 2>&1; }

read_cuda() {
  cuda=$(nvidia-smi 2>/dev/null | sed -n 's/.*CUDA[A-Za-z ]*Version *: *\([0-9.]*\).*/\1/p' | head -n 1) || true
  cuda=${cuda:-unknown}
}

show_gpus() {
  local format='%-5s  %-32s  %-12s  %-10s  %s\n'
  # shellcheck disable=SC2059 # the format is the line above
  {
    printf "$format" GPU NAME DRIVER 'MEMORY' CAPABILITY
    while IFS=, read -r index name driver memory capability; do
      printf "$format" "$index" "${name# }" "${driver# }" "${memory# } MiB" "${capability# }"
    done <<<"$gpus"
  }
  printf 'CUDA of the driver: %s\n' "$cuda"
}

# at_least WANTED ACTUAL: versions, part by part; an unknown one is not.
at_least() {
  [[ $2 =~ ^[0-9] ]] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

problems=0
problem() {
  printf 'sygaldry: error: %s: %s\n' "$script" "$1" >&2
  problems=$((problems + 1))
}

check_gpus() {
  local count
  count=$(wc -l <<<"$gpus")
  [ "$count" -ge "$min_count" ] || problem "$count GPU where $min_count are needed"
  has_device_files || problem "nvidia-smi works, but there is no $devices/nvidia0: programs will find no GPU"
  if [ -n "$want_cuda" ]; then
    at_least "$want_cuda" "$cuda" || problem "the driver runs CUDA $cuda, needed is $want_cuda: update it on the host"
  fi
  while IFS=, read -r index name driver _ capability; do
    driver=${driver# } capability=${capability# }
    if [ -n "$want_driver" ] && ! at_least "$want_driver" "$driver"; then
      problem "GPU $index: driver $driver, needed is $want_driver: update it on the host"
    fi
    if [ -n "$want_capability" ] && ! at_least "$want_capability" "$capability"; then
      problem "GPU $index (${name# }): compute capability $capability, needed is $want_capability"
    fi
  done <<<"$gpus"
}

# WSL has one device file for all GPUs.
has_device_files() { compgen -G "$devices/nvidia[0-9]*" >/dev/null || [ -e "$devices/dxg" ]; }

parse_arguments "$@"
if ! command -v nvidia-smi >/dev/null; then
  next="set gpu: on in sygaldry.yaml on a machine with an NVIDIA driver and its container toolkit, then \`sygaldry up\`"
  if has_device_files; then next="add the driver capability 'utility' to the container (NVIDIA_DRIVER_CAPABILITIES)"; fi
  fail 3 "nvidia-smi is not in this container: it was started without a GPU" "$next"
fi
reason='' gpus='' cuda=''
read_gpus
if [ -z "$gpus" ]; then
  next="check nvidia-smi on the host"
  if ! $expected; then next="set gpu: off in sygaldry.yaml if none is expected"; fi
  fail 1 "no GPU here: ${reason:-nvidia-smi lists none}" "$next"
fi
read_cuda
show_gpus
check_gpus
if [ "$problems" -gt 0 ]; then exit 1; fi
