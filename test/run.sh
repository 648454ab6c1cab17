#!/usr/bin/env bash
# Runs all tests of Sygaldry; takes no arguments. On a fresh Debian or Ubuntu machine with Node.js, as root, it first
# installs what they need; elsewhere it says what is missing and leaves out what depends on it. With CI=true nothing
# that the distribution has may be left out. The last line holds the totals; the exit status is 1 when anything failed.
#
# What is slow to get is kept in SYGALDRY_TEST_CACHE, by default sygaldry-test in the user's cache folder.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

packages=(git curl ca-certificates debootstrap shellcheck shfmt procps python3 openssl util-linux dash fish tcsh docker-registry slurm-wlm munge faketime)
bin=$PWD/node_modules/.bin
results=$(mktemp -d)
reached_end=false

SYGALDRY_TEST_CACHE=${SYGALDRY_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sygaldry-test}
SYGALDRY_TEST_RUN=$$-$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
SYGALDRY_TEST_RESULTS=$results
export SYGALDRY_TEST_CACHE SYGALDRY_TEST_RUN SYGALDRY_TEST_RESULTS

main() {
  step "the machine"
  set_up_machine
  step "npm packages"
  install_npm_packages
  "$bin/node" test/support/sweep.ts
  step "npm run check"
  run_check
  step "images for the tests"
  if engine_answers; then
    make_image base
    make_image bazel
    try_ubuntu_image
  fi
  step "integration tests"
  run_integration_tests
  reached_end=true
}

set_up_machine() {
  local said="$results/setup-host.log" status=0
  bash tools/setup-host.sh --with "${packages[*]}" 2>&1 | tee "$said" || status=$?
  [ "$status" -eq 0 ] || left_out "set-up of this machine" "$(tail -n 8 "$said")"
  SYGALDRY_TEST_NODE=$(command -v node || true)
  export SYGALDRY_TEST_NODE
  node_is_new_enough || give_up "Node.js" "20.12 or newer is needed, with npm"
}

node_is_new_enough() {
  [ -n "$SYGALDRY_TEST_NODE" ] && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 12) ? 0 : 1)'
}

# The stamp holds what decides the content of node_modules: the lock, and the Node.js and platform that installed it.
install_npm_packages() {
  local stamp=node_modules/.sygaldry-stamp wanted
  # shellcheck disable=SC2016 # the dollar signs are JavaScript's
  wanted=$(node -p 'const { createHash } = require("node:crypto"); const { readFileSync } = require("node:fs");
    createHash("sha256").update(readFileSync("package-lock.json")).digest("hex")
      + ` ${process.version} ${process.platform} ${process.arch}`')
  if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
  npm ci || give_up "npm ci" "failed, see above"
  printf '%s\n' "$wanted" >"$stamp"
}

# Runs the unit tests too; reporter.ts and check.mjs write what came of it to $results.
run_check() {
  local status=0
  npm run --silent check || status=$?
  if [ "$status" -eq 0 ]; then return; fi
  if [ -e "$results/check.txt" ]; then
    while read -r name; do
      if [ "$name" != "unit tests" ] || ! has_failures unit; then failed "npm run check" "$name: see above"; fi
    done <"$results/check.txt"
  else
    failed "npm run check" "ended with $status"
  fi
}

engine_answers() {
  local said="$results/docker.log"
  if docker info >"$said" 2>&1; then return; fi
  left_out "tests with Docker" "$(grep -iE 'denied|cannot|error|not found' "$said" | head -n 1)"
  return 1
}

# make_image base|bazel
make_image() {
  local said="$results/$1-image.log" status=0
  bash test/support/base-image.sh "$1" 2>&1 | tee "$said" || status=$?
  if [ "$status" -eq 0 ]; then return; fi
  # Bazel's image is of Debian unstable, which changes every day and may lack something: nothing that CI can insist on.
  if [ "$1" = base ]; then
    left_out "the image sygaldry-test-$1" "$(tail -n 1 "$said")"
  else
    skipped "the image sygaldry-test-$1" "$(tail -n 1 "$said")"
  fi
}

# Tried once, for all tests. What is pulled stays: it is the user's as much as ours.
try_ubuntu_image() {
  local said="$results/ubuntu.log"
  export SYGALDRY_TEST_UBUNTU=1
  if docker image inspect ubuntu:24.04 >/dev/null 2>&1; then return; fi
  if within 30 docker pull -q ubuntu:24.04 >"$said" 2>&1; then return; fi
  SYGALDRY_TEST_UBUNTU=0
  skipped "tests with ubuntu:24.04" "it cannot be pulled within 30 s: $(cat "$said")"
}

within() {
  local seconds=$1
  shift
  if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

run_integration_tests() {
  local status=0
  PATH=$bin:$PATH vitest run --project integration --passWithNoTests \
    --reporter=default --reporter=./test/support/reporter.ts || status=$?
  if [ "$status" -ne 0 ] && ! has_failures integration; then failed "integration tests" "vitest ended with $status"; fi
}

# Whether the summary of a project names a failure, which then is counted there.
has_failures() {
  [ -e "$results/$1.json" ] && node -e 'process.exit(require(process.argv[1]).failed.length > 0 ? 0 : 1)' "$results/$1.json"
}

step() { printf '\n== %s\n' "$1"; }

failed() { part failed "$@"; }
skipped() { part skipped "$@"; }

# For what the distribution has: its absence is a failure in CI.
left_out() { if [ "${CI:-}" = true ]; then failed "$@"; else skipped "$@"; fi; }

give_up() {
  failed "$@"
  reached_end=true
  exit 1
}

part() { printf '%s\t%s\t%s\n' "$1" "$2" "$(one_line <<<"${3:-no reason given}")" >>"$results/parts.tsv"; }

# Its input as one line without tabs.
one_line() { tr -s '\n\t ' ' ' | sed 's/^ //; s/ $//'; }

finish() {
  local status=$?
  trap - EXIT
  trap '' INT TERM
  $reached_end || failed "test/run.sh" "ended early with $status"
  step "result"
  if [ -x "$bin/node" ]; then
    "$bin/node" test/support/sweep.ts --own || true
    status=0
    "$bin/node" test/support/summary.ts "$results" || status=1
  else
    status=1
    print_without_packages
  fi
  rm -rf "$results"
  exit "$status"
}

# Before npm ci there is no summary.ts to run, and no test that could have passed.
print_without_packages() {
  local parts="$results/parts.tsv"
  printf 'Failed:\n'
  awk -F '\t' '$1 == "failed" { print "- " $2 ": " $3 }' "$parts"
  printf '\nSkipped, and why:\n'
  awk -F '\t' '$1 == "skipped" { print "- " $2 ": " $3 }' "$parts"
  printf -- '- all tests: they need what failed\n\n'
  printf '0 passed, %s failed\n' "$(grep -c '^failed' "$parts")"
}

interrupted() {
  trap - EXIT
  if [ -x "$bin/node" ]; then "$bin/node" test/support/sweep.ts --own || true; fi
  rm -rf "$results"
  printf 'interrupted\n' >&2
  exit 130
}

trap finish EXIT
trap interrupted INT TERM
main
