"use client";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import classes from "./invitation-prompt.module.css";

interface InvitationPromptProps {
  /** What is wrong with what was shown; null when nothing was. */
  readonly objection: string | null;
  readonly onShow: (typed: string) => Promise<void>;
}

/** Instead of the page, for whoever has no invitation or another one: says so, and takes one. */
export function InvitationPrompt({ objection, onShow }: InvitationPromptProps) {
  const [typed, setTyped] = useState("");
  const [isAsking, setIsAsking] = useState(false);
  return (
    <form
      className={classes.prompt}
      onSubmit={async (event) => {
        event.preventDefault();
        setIsAsking(true);
        await onShow(typed);
        setIsAsking(false);
      }}
    >
      <h1 className={classes.title}>This run asks for an invitation</h1>
      <p className={classes.sentence}>
        Open the link that its host shares, or scan the code on the screen in front. Or type what stands beside it.
      </p>
      <TextInput
        label="Invitation code"
        description="Eight letters and digits; capitals and hyphens make no difference."
        placeholder="xxxx-xxxx"
        value={typed}
        error={objection}
        size="lg"
        autoFocus
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        classNames={{ input: classes.code }}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" size="lg" loading={isAsking} disabled={typed.trim() === ""}>
        Come in
      </Button>
    </form>
  );
}
