import { execExitCode, execId } from "./docker-answers.ts";
import type { DockerApi } from "./docker-api.ts";

export interface MarkedCommand {
  readonly container: string;
  /** Value of SYGALDRY_EXEC_ID in the environment of the command and its children. */
  readonly marker: string;
  readonly user: string;
  readonly doing: string;
  /** Only the process group is meant, for KILL too: a daemon that the command started goes on. */
  readonly daemons?: "stay" | undefined;
}

/**
 * Sends a signal to a command that runs in a container, as a terminal would: to its whole process group. KILL goes to
 * every process that carries the marker, unless daemons stay. Returns whether a process was there.
 *
 * The engine has no such call (moby/moby#9098), so a second command in the container finds the processes by a marker in
 * their environment. It runs as the command's own user; root may not read other users' environments in a container.
 * What has become root itself (sudo) is found by a second try as root.
 */
export async function signalMarked(
  api: DockerApi,
  command: MarkedCommand,
  signal: NodeJS.Signals,
): Promise<boolean> {
  if (await signalAs(api, command, signal, command.user)) return true;
  return isRoot(command.user) ? false : signalAs(api, command, signal, "0");
}

/** Processes whose parent is outside of the container lead the group that `docker exec` made. */
const script = `
  name=$1 found=1
  for file in $(grep -lsF "SYGALDRY_EXEC_ID=$2" /proc/[0-9]*/environ); do
    pid=\${file#/proc/} pid=\${pid%/environ}
    if [ "$name$3" = KILL ]; then kill -s KILL "$pid" 2>/dev/null && found=0; continue; fi
    others="\${others-} $pid"
    grep -qs '^PPid:[[:space:]]*0$' "/proc/$pid/status" || continue
    kill -s "$name" -- "-$pid" 2>/dev/null || kill -s "$name" "$pid" 2>/dev/null || continue
    exit 0
  done
  [ -z "$3" ] || exit $found
  for pid in \${others-}; do kill -s "$name" "$pid" 2>/dev/null && found=0; done
  exit $found`;

async function signalAs(
  api: DockerApi,
  { container, marker, doing, daemons }: MarkedCommand,
  signal: NodeJS.Signals,
  user: string,
): Promise<boolean> {
  const created = await api.json({
    ...{ method: "POST", path: `/containers/${encodeURIComponent(container)}/exec`, doing },
    body: {
      AttachStdout: true,
      User: user,
      Cmd: ["/bin/sh", "-c", script, "sygaldry-signal", signal.replace(/^SIG/, ""), marker, daemons ?? ""],
    },
  });
  const id = execId(created);
  const path = `/exec/${id}`;
  const output = await api.hijack({ method: "POST", path: `${path}/start`, body: { Detach: false }, doing });
  output.resume().end();
  await new Promise((resolve) => output.once("close", resolve).once("error", resolve).once("end", resolve));
  output.destroy();
  for (;;) {
    const exitCode = execExitCode(await api.json({ method: "GET", path: `${path}/json`, doing }));
    if (exitCode !== undefined) return exitCode === 0;
  }
}

function isRoot(user: string): boolean {
  return /^(root|0)(:|$)/.test(user);
}
