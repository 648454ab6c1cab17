import type { Command } from "commander";

/** A completion script made from the program's own commands and options; undefined for a shell it does not know. */
export function completionScript(shell: string, program: Command): string | undefined {
  const words = program.commands.map(describe);
  if (shell === "fish") return fishScript(words);
  if (shell === "bash") return bashScript(words);
  if (shell === "zsh") return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(words)}`;
  return undefined;
}

interface Word {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
  /** Empty unless it is a group. */
  readonly commands: readonly Word[];
}

function describe(command: Command): Word {
  return {
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
    commands: command.commands.map(describe),
  };
}

function fishScript(words: readonly Word[]): string {
  return words.flatMap((word) => [...fishCommand(word), ...fishGroup(word)]).join("");
}

function fishCommand({ name, description, options }: Word): readonly string[] {
  return [
    `complete -c sygaldry -f -n __fish_use_subcommand -a ${name} -d ${fishQuote(description)}\n`,
    ...options.map(
      (option) => `complete -c sygaldry -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}\n`,
    ),
  ];
}

function fishGroup({ name: group, commands }: Word): readonly string[] {
  const names = commands.map(({ name }) => name).join(" ");
  return commands.flatMap(({ name, description, options }) => [
    `complete -c sygaldry -f -n '__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${names}' -a ${name} -d ${fishQuote(description)}\n`,
    ...options.map(
      (option) =>
        `complete -c sygaldry -n '__fish_seen_subcommand_from ${group}; and __fish_seen_subcommand_from ${name}' -l ${option.slice(2)}\n`,
    ),
  ]);
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}

function bashScript(words: readonly Word[]): string {
  const names = words.map(({ name }) => name).join(" ");
  const groups = words.filter(({ commands }) => commands.length > 0);
  const groupNames = groups
    .map(({ name, commands }) => `      ${name}) names='${commands.map((word) => word.name).join(" ")}' ;;`)
    .join("\n");
  const options = words
    .flatMap((word) => [
      [word.name, word.options] as const,
      ...word.commands.map((command) => [`${word.name}:${command.name}`, command.options] as const),
    ])
    .map(([key, list]) => `    ${key}) words='${list.join(" ")}' ;;`)
    .join("\n");
  return `_sygaldry() {
  local IFS=$' \\t\\n' words names current=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]-}
  if [ "$COMP_CWORD" -le 1 ]; then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$current"))
    return
  fi
  names=
  case $command in
${groupNames}
  esac
  if [ -n "$names" ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then
      COMPREPLY=($(compgen -W "$names --help" -- "$current"))
      return
    fi
    command=$command:\${COMP_WORDS[2]}
  fi
  case $command in
${options}
    *) words='' ;;
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) IFS=$'\\n' COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _sygaldry sygaldry
`;
}
