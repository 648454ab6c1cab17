import { shellJoin, shellQuote } from "../../../base/shell.ts";
import { containerFile, type OnNode } from "./within.ts";

/**
 * The script that runs on the node, for any POSIX shell. It writes `begin`, both streams, and `end`, each of the two by
 * renaming, so that what became of the run is known from the folder, however soon Slurm forgets the job. It stays alive
 * through the signals that Slurm sends to all processes of a job, to tell how its command took them; only KILL keeps it
 * from that. It exits as the command did, so that Slurm's own dependencies work.
 */
export function runScript(folder: string, { argv, cwd, engine }: OnNode): string {
  return `#!/bin/sh
# Written by Sygaldry for one run of a job. Slurm executes it on the node; see docs/guide/jobs-slurm.md.
folder=${shellQuote(folder)}
[ -z "\${SLURM_ARRAY_TASK_ID-}" ] || folder=$folder/$SLURM_ARRAY_TASK_ID
node=\${SLURMD_NODENAME-$(uname -n)}

# tell FILE LINE…
tell() {
  file=$1
  shift
  printf '%s\\n' "$@" >"$folder/.$file" && mv -f "$folder/.$file" "$folder/$file"
}

# How many processes of this cgroup the kernel has ended for want of memory.
oom_kills() {
  two=$(sed -n 's/^0:://p' /proc/self/cgroup 2>/dev/null)
  one=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup 2>/dev/null)
  for events in "/sys/fs/cgroup$two/memory.events" "/sys/fs/cgroup/memory$one/memory.oom_control"; do
    [ ! -r "$events" ] || sed -n 's/^oom_kill //p' "$events"
  done | head -n 1
}

finish() {
  oom=$(oom_kills)
  tell end "rc=$1" "cause=$2" "oom=$((\${oom:-0} - \${oom_before:-0}))" "at=$(date +%s)"
  exit "$1"
}

trap : HUP INT QUIT TERM USR1 USR2
mkdir -p "$folder" && rm -f "$folder/end" || exit 125
tell begin "node=$node" "slurm=\${SLURM_JOB_ID-}" "at=$(date +%s)" || exit 125
oom_before=$(oom_kills)
unset SYGALDRY_SLURM_RUN
set -- ${shellJoin(argv)}
cd ${cwd === undefined ? '"$folder"' : shellQuote(cwd)} 2>>"$folder/stderr" || finish 126 cwd
command -v "$1" >/dev/null || {
  printf '%s: not found on %s\\n' "$1" "$node" >>"$folder/stderr"
  finish 127 start
}
# In the foreground, because a shell lets what is in its background ignore INT and QUIT.
(exec "$@") </dev/null >>"$folder/stdout" 2>>"$folder/stderr"
rc=$?
${engine === undefined ? "" : removal(engine)}finish "$rc" exit
`;
}

/** A client that was killed leaves its container behind. */
function removal(engine: string): string {
  return `id=$(cat "$folder/${containerFile}" 2>/dev/null)
[ -z "$id" ] || ${shellQuote(engine)} rm --force "$id" >/dev/null 2>&1 </dev/null
`;
}
