"use client";
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import classes from "./admin-key-button.module.css";

/** Says why there is nothing to control the run with, and takes the key that gives it. */
export function AdminKeyButton({ onShow }: { onShow: (typed: string) => Promise<string | null> }) {
  const [isOpen, dialog] = useDisclosure(false);
  const [typed, setTyped] = useState("");
  const [objection, setObjection] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  return (
    <div className={classes.watching}>
      <span>You watch: whoever hosts the run controls it.</span>
      <Button variant="transparent" size="compact-sm" px={0} onClick={dialog.open}>
        Enter the admin key
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title="Control this run"
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form
          onSubmit={async (event) => {
            event.preventDefault();
            setIsAsking(true);
            setObjection(await onShow(typed));
            setIsAsking(false);
          }}
        >
          <TextInput
            label="Admin key"
            description="The coordinator printed it when it started, in the link to control the run."
            placeholder="xxxx-xxxx-xxxx-xxxx"
            value={typed}
            error={objection}
            data-autofocus
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button type="submit" loading={isAsking} disabled={typed.trim() === ""}>
              Take control
            </Button>
          </Group>
        </form>
      </Modal>
    </div>
  );
}
