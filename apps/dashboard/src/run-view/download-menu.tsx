"use client";
import type { ModelFilesView } from "@convoy/protocol";
import { Button, Menu } from "@mantine/core";
import { useState } from "react";
import { askModelFiles, modelFileAddress } from "../connection/ask-model-files.ts";
import { Icon } from "../frame/icon.tsx";
import { formatBytes } from "../text/format.ts";
import classes from "./download-menu.module.css";

export interface DownloadMenuProps {
  /** What the page itself shows to the coordinator. */
  readonly token: string | null;
  /** What a link to a file shows. */
  readonly invitation: string | null;
  /** Whether this is what is left to do. */
  readonly prominent: boolean;
}

/** The network as it is now, in each form that the coordinator has. What there is, is asked when somebody wants to know. */
export function DownloadMenu({ token, invitation, prominent }: DownloadMenuProps) {
  const [answer, setAnswer] = useState<ModelFilesView | "asking" | "silent">("asking");
  const ask = async () => {
    setAnswer("asking");
    setAnswer((await askModelFiles(token)) ?? "silent");
  };
  return (
    <Menu width={360} position="bottom-end" shadow="md" withinPortal onOpen={() => void ask()}>
      <Menu.Target>
        <Button variant={prominent ? "filled" : "default"} leftSection={<Icon name="download" />}>
          Download the model
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.dropdown}>
        <DownloadList answer={answer} invitation={invitation} />
      </Menu.Dropdown>
    </Menu>
  );
}

interface DownloadListProps {
  readonly answer: ModelFilesView | "asking" | "silent";
  readonly invitation: string | null;
}

function DownloadList({ answer, invitation }: DownloadListProps) {
  if (answer === "asking") return <Menu.Label>Asking the coordinator…</Menu.Label>;
  if (answer === "silent") {
    return <Menu.Label>The coordinator does not answer. Close this and try again in a moment.</Menu.Label>;
  }
  return answer.formats.map(({ title, use, objection, files }) => (
    <section key={title} className={classes.format}>
      <Menu.Label className={classes.label}>
        <strong>{title}</strong>
        <span>{objection ?? use}</span>
      </Menu.Label>
      {files.map(({ path, bytes }) => (
        <Menu.Item
          key={path}
          component="a"
          href={modelFileAddress(path, invitation)}
          download
          closeMenuOnClick={files.length === 1}
          rightSection={<span className={classes.size}>{formatBytes(bytes)}</span>}
        >
          {path.slice(path.lastIndexOf("/") + 1)}
        </Menu.Item>
      ))}
    </section>
  ));
}
