#!/usr/bin/env bash
# The programs together: what Python and Rust computed and C++ wrote, C++ reads. $1 is heat, $2 is field_info.
set -euo pipefail

heat=$1 field_info=$2
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

"$heat" --intervals 60 --time 0.01 --output "$TEST_TMPDIR/plate.h5"
line=$("$field_info" "$TEST_TMPDIR/plate.h5")
[[ $line =~ ^rows=61\ columns=61\ spacing=0\.0166667\ time=0\.01\ min=293\.15\ mean=([0-9.]+)\ max=([0-9.]+)$ ]] ||
  fail "field_info says: $line"
# Warmer than the border, cooler than the start, and the mean below that of the start, for heat leaves by the border only.
awk -v mean="${BASH_REMATCH[1]}" -v max="${BASH_REMATCH[2]}" \
  'BEGIN { exit !(293.15 < mean && mean < max && max < 373.15 && mean < 293.15 + 80 / 9) }' || fail "implausible: $line"

# What goes wrong is told on stderr, with the exit status, by both.
status=0
"$heat" --output "$TEST_TMPDIR/no/plate.h5" 2>"$TEST_TMPDIR/said" || status=$?
[[ $status == 1 ]] || fail "heat exits with $status"
grep -q "^heat: .*no/plate.h5.*: cannot be created" "$TEST_TMPDIR/said" || fail "heat says: $(<"$TEST_TMPDIR/said")"
status=0
"$heat" --time -1 --output "$TEST_TMPDIR/a.h5" 2>/dev/null || status=$?
[[ $status == 2 ]] || fail "heat exits with $status for a wrong option"
head -c 3000 "$TEST_TMPDIR/plate.h5" >"$TEST_TMPDIR/cut.h5"
status=0
"$field_info" "$TEST_TMPDIR/cut.h5" 2>"$TEST_TMPDIR/said" || status=$?
[[ $status == 1 ]] || fail "field_info exits with $status for a file that was cut off"
grep -q "^field_info: .*cut.h5: cannot be opened as HDF5" "$TEST_TMPDIR/said" || fail "field_info says: $(<"$TEST_TMPDIR/said")"
