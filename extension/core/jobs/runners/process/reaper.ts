import { accessSync, constants } from "node:fs";

/** The number of prctl(2), by Node's name of the architecture. */
const prctl: Readonly<Record<string, number>> = {
  ...{ x64: 157, arm64: 167, ppc64: 171, riscv64: 167, s390x: 172, ia32: 172, arm: 172 },
};

/** The system's own: part of every Debian and Ubuntu, of most others. */
export const perl = "/usr/bin/perl";

/**
 * Starts the command as its child and ends as it does. As a subreaper (PR_SET_CHILD_SUBREAPER, 36) it becomes the parent of
 * every process whose own parent has ended, so that none gets out of its tree. It does not mind what ends the others.
 * PR_SET_DUMPABLE (4) keeps it from writing a core of its own after the command's. The command enters its control group
 * (cgroup.ts) before it is executed, if it can; the reaper stays outside.
 */
const script = `
my $prctl = shift() + 0;
my $entrance = shift();
syscall($prctl, 36, 1, 0, 0, 0);
my $child = fork();
exit(126) unless defined $child;
if ($child == 0) {
  no warnings;
  if ($entrance ne "" && open(my $group, ">", $entrance)) {
    syswrite($group, "0");
    close($group);
  }
  exec { $ARGV[0] } @ARGV;
  my ($why, $code) = ("$!", $! + 0);
  print STDERR "$ARGV[0]: $why\\n";
  exit($code == 2 ? 127 : 126);
}
my @quiet = ("TERM", "INT", "HUP", "QUIT");
$SIG{$_} = "IGNORE" for @quiet;
while ((my $pid = waitpid(-1, 0)) != -1) {
  next if $pid != $child;
  my $signal = $? & 127;
  exit($? >> 8) if $signal == 0;
  syscall($prctl, 4, 0, 0, 0, 0);
  $SIG{$_} = "DEFAULT" for @quiet;
  kill $signal, $$;
  sleep 1;
  exit(128 + $signal);
}
`;

/**
 * A command line that runs `argv` below a reaper on this machine, in the control group with this `entrance`; undefined where
 * there can be no reaper.
 */
export function withReaper(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  entrance = "",
): readonly string[] | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    accessSync(perl, constants.X_OK);
    return reaperCommand(argv, env, process.arch, entrance);
  } catch {
    return undefined;
  }
}

/** The same for Linux with Perl on an architecture by Node's name of it, with the environment that the command has there. */
export function reaperCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  arch: string,
  entrance = "",
): readonly string[] | undefined {
  const number = prctl[arch];
  // Modules that the environment makes Perl load would run before our script does.
  if (number === undefined || env["PERL5OPT"] || env["PERL5DB"]) return undefined;
  return [perl, "-e", script, "--", String(number), entrance, ...argv];
}
