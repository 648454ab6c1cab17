import path from "node:path";
import * as vscode from "vscode";
import { shellJoin } from "../core/base/shell.ts";

/** Palette commands that run the command line in a terminal: command id → arguments. */
const terminalCommands: Readonly<Record<string, readonly string[]>> = {
  "sygaldry.init": ["init"],
  "sygaldry.render": ["render"],
  "sygaldry.check": ["render", "--check"],
  "sygaldry.up": ["up"],
  "sygaldry.rebuild": ["up", "--rebuild"],
  "sygaldry.down": ["down"],
  "sygaldry.shell": ["shell"],
  "sygaldry.status": ["status"],
  "sygaldry.explain": ["up", "--dry-run"],
  "sygaldry.showBuildLog": ["logs", "--build"],
};

/** The composition root of the extension. */
export function activate(context: vscode.ExtensionContext): void {
  for (const [id, args] of Object.entries(terminalCommands)) {
    context.subscriptions.push(vscode.commands.registerCommand(id, () => runInTerminal(context, args)));
  }
  context.subscriptions.push(
    vscode.commands.registerCommand("sygaldry.reopenInContainer", () => reopenInContainer(context)),
  );
}

/** Runs the bundled command line with the editor's own Node, in the workspace folder that the user chooses. */
async function runInTerminal(context: vscode.ExtensionContext, args: readonly string[]): Promise<void> {
  const folder = await chooseFolder();
  if (folder === undefined) return;
  const cli = context.asAbsolutePath(path.join("dist", "cli.cjs"));
  const terminal = vscode.window.createTerminal({
    name: `Sygaldry: ${args.join(" ")}`,
    cwd: folder.uri,
    env: { ELECTRON_RUN_AS_NODE: "1" },
    iconPath: new vscode.ThemeIcon("package"),
  });
  terminal.show();
  terminal.sendText(shellJoin([process.execPath, cli, ...args]));
}

async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 1) return folders[0];
  if (folders.length > 1) return vscode.window.showWorkspaceFolderPick();
  void vscode.window.showErrorMessage(vscode.l10n.t("Open a folder first."));
  return undefined;
}

/** Hands over to the Dev Containers extension, which finds the container that `sygaldry up` made by its labels. */
async function reopenInContainer(context: vscode.ExtensionContext): Promise<void> {
  const commands = await vscode.commands.getCommands(true);
  if (commands.includes("remote-containers.reopenInContainer")) {
    await vscode.commands.executeCommand("remote-containers.reopenInContainer");
    return;
  }
  const shell = vscode.l10n.t("Open a Shell in the Container");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("Reopening needs the Dev Containers extension. A shell in the container works without it."),
    shell,
  );
  if (chosen === shell) await runInTerminal(context, ["launch"]);
}
