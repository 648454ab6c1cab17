import { existsSync, readFileSync } from "node:fs";
import { dockerEngine } from "../core/container/docker-engine.ts";
import type { ContainerEngine } from "../core/container/engine.ts";
import { engineEndpoint } from "../core/container/engine-socket.ts";
