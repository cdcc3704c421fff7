"use client";
import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon } from "../frame/icon.tsx";
import { copyText } from "./copy-text.ts";
import classes from "./link-field.module.css";

const COPIED_MS = 2000;

interface LinkFieldProps {
  readonly label: string;
  readonly link: string;
  /** More buttons. */
  readonly children?: ReactNode;
}

/** A link that can be read, copied and opened. */
export function LinkField({ label, link, children }: LinkFieldProps) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div>
      <label className={classes.label} htmlFor={id}>
        {label}
      </label>
      <div className={classes.row}>
        <input
          id={id}
          ref={field}
          className={classes.address}
          readOnly
          value={link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          variant="default"
          leftSection={<Icon name={copied === true ? "check" : "copy"} />}
          onClick={async () => setCopied(await copyText(link, field.current))}
        >
          <span aria-live="polite">{copied === null ? "Copy" : copied ? "Copied" : "Selected"}</span>
        </Button>
        <Button component="a" variant="default" href={link} target="_blank" leftSection={<Icon name="open" />}>
          Open
        </Button>
        {children}
      </div>
    </div>
  );
}
