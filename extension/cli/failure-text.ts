import pc from "picocolors";

/** An error for people, with its next step. */
export function failureText(code: string, message: string, next: string | undefined): string {
  const failed = `${pc.red(`error[${code}]:`)} ${message}`;
  return next === undefined ? failed : `${failed}\n${pc.bold("next:")} ${next}`;
}
