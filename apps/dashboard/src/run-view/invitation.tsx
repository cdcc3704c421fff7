"use client";
import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { coordinatorUrl } from "../connection/coordinator-url.ts";
import { Icon } from "../frame/icon.tsx";
import { copyText } from "./copy-text.ts";
import classes from "./invitation.module.css";
import { invitationRemark } from "./run-words.ts";

const COPIED_MS = 2000;

/** The address that makes another device a worker. */
export function Invitation() {
  const [copied, setCopied] = useState<boolean | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const address = `${coordinatorUrl()}/worker`;
  const remark = invitationRemark(new URL(address));
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div className={classes.invitation}>
      <label className={classes.label} htmlFor="invitation">
        Invite a device with this link
      </label>
      <div className={classes.row}>
        <input
          id="invitation"
          ref={field}
          className={classes.address}
          readOnly
          value={address}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          variant="default"
          leftSection={<Icon name={copied === true ? "check" : "copy"} />}
          onClick={async () => setCopied(await copyText(address, field.current))}
        >
          <span aria-live="polite">{copied === null ? "Copy" : copied ? "Copied" : "Selected"}</span>
        </Button>
        <Button component="a" variant="default" href="/worker/" target="_blank" leftSection={<Icon name="open" />}>
          Open
        </Button>
      </div>
      {remark !== null && <Remark sentence={remark} />}
    </div>
  );
}

function Remark({ sentence }: { sentence: string }) {
  const [before, typed, after] = sentence.split("`");
  return (
    <p className={classes.remark}>
      {before}
      {typed !== undefined && <code>{typed}</code>}
      {after}
    </p>
  );
}
