import { userInfo } from "node:os";

/**
 * Node arguments for programs that ask for the user's name and end where the system has none for the uid, as the
 * devcontainers CLI 0.89 does (`userInfo()`, then `id -u -n`). The number stands for the name. Empty where there is one.
 */
export function namelessUserArguments(): readonly string[] {
  try {
    userInfo();
    return [];
  } catch {
    return numberForNameArguments;
  }
}

const numberForName = `import os from "node:os";
const [uid, gid] = [process.getuid(), process.getgid()];
os.userInfo = () => ({ username: String(uid), uid, gid, homedir: os.homedir(), shell: null });`;

/** Those arguments, whoever runs this. */
export const numberForNameArguments: readonly string[] = [
  "--import",
  `data:text/javascript,${encodeURIComponent(numberForName)}`,
];
