import { CloseButton } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./banner.module.css";
import { Icon, type IconName } from "./icon.tsx";

interface BannerProps {
  /** "loud" is for what changes the meaning of everything below it. */
  readonly tone: "loud" | "trouble" | "hint";
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly onClose?: () => void;
}

/** Says something across the whole page. */
export function Banner({ tone, icon, title, children, onClose }: BannerProps) {
  return (
    <div className={classes.banner} data-tone={tone} role={tone === "hint" ? "note" : "alert"}>
      <Icon name={icon} size={22} />
      <div className={classes.text}>
        <p className={classes.title}>{title}</p>
        {children}
      </div>
      {onClose && <CloseButton aria-label="Close this message" variant="transparent" c="inherit" onClick={onClose} />}
    </div>
  );
}
