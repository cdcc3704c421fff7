"use client";
import { VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { PageFrame } from "../frame/page-frame.tsx";
import { LendForm } from "./lend-form.tsx";
import classes from "./lend-page.module.css";
import { type LendRequest, parseLendRequest } from "./lend-request.ts";
import { LendingPanel } from "./lending-panel.tsx";
import { lendingTitle, lendingWords } from "./lending-words.ts";
import { rememberedLending } from "./remembered-lending.ts";
import { useLending } from "./use-lending.ts";

/** Lending this device: the button, and then what the device does. */
export function LendPage() {
  const lending = useLending();
  const { state, begin } = lending;
  const [request, setRequest] = useState<LendRequest | null>(null);
  useDocumentTitle(lendingTitle(state));

  useEffect(() => {
    const asked = parseLendRequest(new URLSearchParams(window.location.search));
    setRequest(asked);
    const before = rememberedLending();
    if (before !== null) begin(before);
    else if (asked.start) begin({ name: asked.name ?? "", engine: asked.engine, paused: false });
  }, [begin]);

  const words = state.stage === "idle" ? null : lendingWords(state);
  return (
    <PageFrame current="worker" keepOpen={state.stage === "lending"}>
      <VisuallyHidden role="status">
        {words === null ? "" : `${words.label.word}. ${words.headline}. ${words.sentence}`}
      </VisuallyHidden>
      <div className={classes.column}>
        {words === null ? (
          <LendForm request={request} onStart={(name, engine) => begin({ name, engine, paused: false })} />
        ) : (
          <LendingPanel lending={lending} words={words} request={request} />
        )}
      </div>
    </PageFrame>
  );
}
