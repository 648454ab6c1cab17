/**
 * What looks at processes in a container and sends them signals, asked line by line on stdin. Perl, because every Debian
 * and Ubuntu has it (perl-base), and nothing of ours need be in the image. Asked with one word and its arguments, it answers
 * with lines and a dot:
 *
 * - `hello` → `arch NAME`, the architecture that Perl was built for.
 * - `which HEX` → `ok`, `ENOENT` or `EACCES`, as execvp(3) would find the program of that name.
 * - `table` → `self PID`; a line for each process but zombies, `p PID PARENT GROUP SESSION START TICKS PAGES READ WRITTEN MARK`,
 *   with `-` for what may not be known (proc_pid_stat(5), proc_pid_io(5)); `oom N`, how many the kernel has ended for want of memory.
 * - `kill NAMES PID:START…` → `refused PID:START` for each that may not be signalled. NAMES are joined by commas.
 */
export const agentScript = String.raw`
use strict;
$| = 1;
my $variable = "SYGALDRY_JOB_RUN=";

sub text {
  open(my $file, "<", $_[0]) or return undef;
  local $/;
  my $text = <$file>;
  close($file);
  return $text;
}

sub fields {
  my $text = text("/proc/$_[0]/stat");
  return () unless defined $text && length $text;
  return split / /, substr($text, rindex($text, ")") + 2);
}

sub mark {
  for (split /\0/, text("/proc/$_[0]/environ") // "") {
    next if index($_, $variable) != 0;
    my $mark = substr($_, length $variable);
    return $mark =~ /^[!-~]+$/ ? $mark : "?";
  }
  return "-";
}

sub disk {
  my $text = text("/proc/$_[0]/io") // "";
  return map { $text =~ /^$_: (\d+)/m ? $1 : "-" } "read_bytes", "write_bytes";
}

sub oom {
  for (["/sys/fs/cgroup/memory.events"], ["/sys/fs/cgroup/memory/memory.oom_control"], ["/proc/vmstat"]) {
    return $1 if (text($_->[0]) // "") =~ /^oom_kill (\d+)/m;
  }
  return 0;
}

sub table {
  print "self $$\n";
  opendir(my $folder, "/proc") or return;
  for my $pid (grep { /^\d+$/ } readdir $folder) {
    my @f = fields($pid);
    next if !@f || $f[0] eq "Z" || $f[0] eq "X";
    my $ticks = $f[11] + $f[12] + $f[13] + $f[14];
    print join(" ", "p", $pid, @f[1 .. 3], $f[19], $ticks, $f[21], disk($pid), mark($pid)), "\n";
  }
  print "oom ", oom(), "\n";
}

sub which {
  my ($name) = @_;
  return "ENOENT" if $name eq "";
  my $found = "ENOENT";
  for ($name =~ m{/} ? $name : map { ($_ eq "" ? "." : $_) . "/$name" } split(/:/, $ENV{PATH} // "/bin:/usr/bin", -1)) {
    next unless -f $_;
    return "ok" if -x _;
    $found = "EACCES";
  }
  return $found;
}

sub send_all {
  my ($names, @processes) = @_;
  for (@processes) {
    my ($pid, $start) = split /:/;
    my @f = fields($pid);
    next unless @f && $f[19] eq $start;
    for my $name (split /,/, $names) {
      print "refused $_\n" if !kill($name, $pid) && $!{EPERM} && $name ne "CONT";
    }
  }
}

while (my $line = <STDIN>) {
  my ($verb, @words) = split " ", $line;
  if ($verb eq "hello") {
    require Config;
    print "arch $Config::Config{archname}\n";
  }
  elsif ($verb eq "which") { print which(pack("H*", $words[0] // "")), "\n" }
  elsif ($verb eq "table") { table() }
  elsif ($verb eq "kill") { send_all(@words) }
  print ".\n";
}
`;
