import type { Command } from "commander";

/** A completion script made from the program's own commands and options; undefined for a shell it does not know. */
export function completionScript(shell: string, program: Command): string | undefined {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
  }));
  if (shell === "fish") {
    return commands
      .map(
        ({ name, description, options }) =>
          `complete -c sygaldry -f -n __fish_use_subcommand -a ${name} -d ${fishQuote(description)}\n${options
            .map(
              (option) =>
                `complete -c sygaldry -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}\n`,
            )
            .join("")}`,
      )
      .join("");
  }
  if (shell !== "bash" && shell !== "zsh") return undefined;
  const cases = commands
    .map(({ name, options }) => `    ${name}) words='${options.join(" ")}' ;;`)
    .join("\n");
  const bash = `_sygaldry() {
  local words current=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]-}
  if [ "$COMP_CWORD" -le 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(" ")} --help --version' -- "$current"))
    return
  fi
  case $command in
${cases}
    *) words='' ;;
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _sygaldry sygaldry
`;
  return shell === "bash" ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
