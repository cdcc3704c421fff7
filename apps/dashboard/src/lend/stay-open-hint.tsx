"use client";
import { useEffect, useState } from "react";
import { Icon } from "../frame/icon.tsx";
import { canStayAwakeHidden } from "./keep-awake.ts";
import classes from "./stay-open-hint.module.css";

/** How to treat the tab so that it goes on. */
export function StayOpenHint() {
  const [hiddenIsFine, setHiddenIsFine] = useState(true);
  useEffect(() => setHiddenIsFine(canStayAwakeHidden()), []);
  return (
    <p className={classes.hint}>
      <Icon name="info" />
      {hiddenIsFine
        ? "Keep this tab open. It goes on in the background, behind other tabs and windows; on phones and tablets it needs to stay in front."
        : "Keep this tab open and, if you can, in sight: over plain http a browser may put a hidden tab to sleep."}
    </p>
  );
}
