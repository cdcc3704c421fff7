"use client";
import type { EntryView } from "@convoy/protocol";
import { VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { InvitationPrompt } from "../entry/invitation-prompt.tsx";
import { useEntry } from "../entry/use-entry.ts";
import { PageFrame } from "../frame/page-frame.tsx";
import { LendForm } from "./lend-form.tsx";
import classes from "./lend-page.module.css";
import { type LendRequest, parseLendRequest } from "./lend-request.ts";
import { LendingPanel } from "./lending-panel.tsx";
import { lendingTitle, lendingWords } from "./lending-words.ts";
import { usualThreads } from "./processor-threads.ts";
import { rememberedLending } from "./remembered-lending.ts";
import { useLending } from "./use-lending.ts";

/** Lending this device: the button, and then what the device does. */
export function LendPage() {
  const { state, show, askAgain } = useEntry();
  if (state.stage === "open") {
    return <OpenLendPage token={state.token} secure={state.view?.secure ?? null} onFailure={askAgain} />;
  }
  return (
    <PageFrame current="worker">
      <div className={classes.column}>
        {state.stage === "closed" && <InvitationPrompt objection={state.objection} onShow={show} />}
      </div>
    </PageFrame>
  );
}

interface OpenLendPageProps {
  readonly token: string | null;
  /** The same page over https; null where there is none. */
  readonly secure: EntryView["secure"];
  /** The worker gave up: it may be that the token opens the run no more. */
  readonly onFailure: () => void;
}

function OpenLendPage({ token, secure, onFailure }: OpenLendPageProps) {
  const lending = useLending(token);
  const { state, begin } = lending;
  const [request, setRequest] = useState<LendRequest | null>(null);
  useDocumentTitle(lendingTitle(state));

  useEffect(() => {
    const asked = parseLendRequest(new URLSearchParams(window.location.search));
    setRequest(asked);
    const before = rememberedLending();
    if (before !== null) begin(before);
    else if (asked.start) {
      const threads = asked.threads ?? usualThreads();
      begin({ name: asked.name ?? "", engine: asked.engine, threads, paused: false });
    }
  }, [begin]);

  const hasFailed = state.status?.phase === "failed";
  useEffect(() => {
    if (hasFailed) onFailure();
  }, [hasFailed, onFailure]);

  const words = state.stage === "idle" ? null : lendingWords(state);
  return (
    <PageFrame current="worker" keepOpen={state.stage === "lending"}>
      <VisuallyHidden role="status">
        {words === null ? "" : `${words.label.word}. ${words.headline}. ${words.sentence}`}
      </VisuallyHidden>
      <div className={classes.column}>
        {words === null ? (
          <LendForm request={request} secure={secure} onStart={(lending) => begin({ ...lending, paused: false })} />
        ) : (
          <LendingPanel lending={lending} words={words} request={request} />
        )}
      </div>
    </PageFrame>
  );
}
